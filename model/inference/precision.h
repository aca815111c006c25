/* precision.h -- the type in which labelling multiplies states and recurrent weights. INT8 is
** the same as FLOAT32 on a processor without AVX-512 VNNI (gru_step_int8.h).
*/
#ifndef CLASSIFY_PRECISION_H
#define CLASSIFY_PRECISION_H

typedef enum Precision { PRECISION_FLOAT32, PRECISION_INT8 } Precision;

#endif
