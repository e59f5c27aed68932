/* medium.h - what a sample is, an image, points or tokens, as a shape and in words. */
#ifndef KDI_MEDIUM_H
#define KDI_MEDIUM_H

#include <kd/model.h>
#include "engine/engine.h"

kd_shape kdi_input_shape(const kd_input *in, int64_t n);      /* of a batch of n */
const char *kdi_input_text(const kd_input *in, kdi_arena *a); /* "28x28 pixels", for messages */
/* i64 N,L or N,L,C -> N,L: 1 where the (first) number is not 0, else 0 */
kd_tensor *kdi_token_mask(kd_tensor *tokens);

#endif
