#include "base/number_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts a point in place of the locale's, which may have several bytes: all that belongs to no number. */
static void set_point(char *text) {
  char *begin = text + strcspn(text, "0123456789");
  begin += strspn(begin, "0123456789");
  size_t length = strcspn(begin, "0123456789eE");
  if (length == 0 || !begin[length]) return; /* whole, or no number */
  *begin = '.';
  memmove(begin + 1, begin + length, strlen(begin + length) + 1);
}

NumberText number_digits(double value, int digits) {
  NumberText n;
  snprintf(n.text, sizeof n.text, "%.*g", digits, value);
  set_point(n.text);
  return n;
}

NumberText number_fixed(double value, int decimals) {
  NumberText n;
  if (!(fabs(value) < 1e15)) return number_digits(value, 15);
  snprintf(n.text, sizeof n.text, "%.*f", decimals, value);
  set_point(n.text);
  return n;
}

/* strtod() reads no point here. So the integer is written without one. */
double number_scaled(uint64_t integer, int exponent) {
  static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  enum { LAST = sizeof POWERS / sizeof *POWERS - 1 };
  const uint64_t exact = UINT64_C(1) << 53; /* integers up to this and these powers are doubles: one rounding */
  char text[40];
  if (integer <= exact && exponent >= 0 && exponent <= LAST) return (double)integer * POWERS[exponent];
  if (integer <= exact && exponent < 0 && exponent >= -LAST) return (double)integer / POWERS[-exponent];
  snprintf(text, sizeof text, "%" PRIu64 "e%d", integer, exponent);
  return strtod(text, NULL);
}

/* Whether "%.*e" with so many digits is read as the same double: its digits are taken for an integer. */
static int reads_back(double value, int digits) {
  char text[40];
  uint64_t integer = 0;
  const char *at = text;
  snprintf(text, sizeof text, "%.*e", digits - 1, fabs(value));
  for (; *at != 'e'; at++)
    if (*at >= '0' && *at <= '9') integer = integer * 10 + (uint64_t)(*at - '0');
  return number_scaled(integer, (int)strtol(at + 1, NULL, 10) - (digits - 1)) == fabs(value);
}

NumberText number_exact(double value) {
  enum { LEAST = 15, MOST = 17 };
  int digits = LEAST;
  while (isfinite(value) && digits < MOST && !reads_back(value, digits)) digits++;
  NumberText n = number_digits(value, digits);
  char *end = n.text + strcspn(n.text, ".e");
  if (!isfinite(value) || *end == '.') return n;
  memmove(end + 2, end, strlen(end) + 1);
  end[0] = '.';
  end[1] = '0';
  return n;
}
