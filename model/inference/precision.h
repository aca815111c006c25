/* precision.h -- in which numbers labelling multiplies states and recurrent weights.
** Where the processor has nothing for 8-bit integers (gru_step_int8.h), floats are.
*/
#ifndef CLASSIFY_PRECISION_H
#define CLASSIFY_PRECISION_H

typedef enum Precision { PRECISION_FLOAT32, PRECISION_INT8 } Precision;

#endif
