/* finite.h -- whether numbers are numbers: none is infinite or NaN. */
#ifndef CLASSIFY_FINITE_H
#define CLASSIFY_FINITE_H

#include <stdbool.h>
#include <stddef.h>

bool finite_all(const float *numbers, size_t count);

#endif
