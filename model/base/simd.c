#include "base/simd.h"

const float SIMD_EXP_LOWEST = -87.0f, SIMD_EXP_HIGHEST = 88.0f, SIMD_EXP2_MOST = 60.0f;
