/* finite.h -- whether numbers are numbers: none is infinite or NaN. */
#ifndef CLASSIFY_FINITE_H
#define CLASSIFY_FINITE_H

#include <stdbool.h>
#include <stddef.h>

bool finite_all(const float *numbers, size_t count);

/* Whether none is above `most` or below -most either; most is positive. */
bool finite_within(const float *numbers, size_t count, float most);

#endif
