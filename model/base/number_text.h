/* number_text.h -- numbers as text, with a point in every locale.
**
** A host may have called setlocale(), after which printf() writes 0,5 and strtod() stops at the
** point of "0.5". Everything in model/ and ext/ that reads or writes a number with decimals does
** so by this file, by json_reader.h or by SQLite's own printf; tests/layers checks it.
**
**   error_set(error, STATUS_INVALID, "the rate is %s", number_digits(rate, 6).text);
*/
#ifndef CLASSIFY_NUMBER_TEXT_H
#define CLASSIFY_NUMBER_TEXT_H

#include <stdint.h>

typedef struct NumberText {
  char text[32];
} NumberText;

/* With `decimals` behind the point, as %.*f writes it: 12.50. From 1e15 on as number_digits(value, 15). */
NumberText number_fixed(double value, int decimals);

/* With at most `digits` that count, as %.*g writes it: 12.5 or 1.25e+30. digits is from 1 to 17. */
NumberText number_digits(double value, int digits);

/* With as many digits as it takes to read the same double again. It shows that it is a real: 0.3, 5.0, 1.0e+20. */
NumberText number_exact(double value);

/* Returns the double nearest to integer * 10^exponent. */
double number_scaled(uint64_t integer, int exponent);

#endif
