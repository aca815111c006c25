/* finite.h -- whether numbers are numbers: none is infinite or NaN. */
#ifndef CLASSIFY_FINITE_H
#define CLASSIFY_FINITE_H

#include <stdbool.h>
#include <stddef.h>

bool finite_all(const float *numbers, size_t count);

/* Whether none is above `most` or below -most either; most is positive. */
bool finite_within(const float *numbers, size_t count, float most);

/* The most that a number of a model may be: then what is computed with it does not overflow, as a product of three such
** numbers and of the lengths of two sums.
*/
#define FINITE_MOST_OF_MODEL 1e10f

#endif
