/* time_limit.h -- how the time that option max_seconds gives is shared out among the stages of a training.
**
** The limit holds for the whole statement, from the first row to the saved model. What has to be done at the end, to
** finish the network, write the file and save it, is estimated as soon as the network has been made, from how long that
** took, and kept back. Stages before the end ask how much is left beside: a teacher may take half of it, reading fewer
** texts if need be, and the linear branch half of what is left then, from fewer rows and cut short if need be. The rows
** held out are made fewer if they would take more than a tenth, and the epochs take the rest. What comes after the
** epochs runs only as far as there is time. The stop file ends the same stages, but for the teacher's, where it is an
** error.
*/
#ifndef CLASSIFY_TIME_LIMIT_H
#define CLASSIFY_TIME_LIMIT_H

#include "base/status.h"
#include "base/time_left.h"
#include "train/training.h"

/* Seconds left, beside those that are kept back; 0 or less once the stop file is there, INFINITY without a limit. Any
** thread may ask. The first is for what is done before the end, the second for the end.
*/
double time_limit_left(const Training *training);
double time_limit_left_at_end(const Training *training);

/* The same without those kept back, and with the stop file ignored. */
double time_limit_left_in_all(const Training *training);

/* time_limit_left(), for those who ask by a TimeLeft. The training is borrowed. */
TimeLeft time_limit_time(const Training *training);

/* An error where rows come for longer than the limit. A table of few rows is never refused, whatever the limit. */
Status time_limit_check_rows(const Training *training, Error *error);

/* Sets t->reserved by the seconds that `numbers` numbers took to be made; an error if even the end takes longer than
** there is.
*/
Status time_limit_reserve(Training *training, double seconds, size_t numbers, Error *error);

#endif
