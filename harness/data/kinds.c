/* Which kinds of data a set has, and what a network of each kind is fed. */
#include "data/data.h"

bool kdi_samples_have(const kd_samples *s, enum kd_medium kind)
{
    return kind == KD_IMAGE    ? s->pixel || s->real
           : kind == KD_POINTS ? !!s->point
                               : s->text || s->token;
}

int64_t kdi_stored_points(const kd_dataset *set)
{
    return set->stored_points ? set->stored_points : set->points;
}

bool kdi_data_has(const kdi_data *d, enum kd_medium kind)
{
    return kdi_samples_have(&d->set.train, kind);
}

kd_input kdi_data_input(const kdi_data *d, enum kd_medium kind)
{
    const kd_dataset *s = &d->set;
    if (kind == KD_POINTS)
        return (kd_input){
            .kind = kind, .channels = s->point_channels, .points = s->points, .classes = s->classes
        };
    if (kind == KD_TOKENS)
        return (kd_input){ .kind = kind,
                           .channels = 1,
                           .length = s->tokenizer.length,
                           .vocabulary = s->vocabulary,
                           .classes = s->classes };
    return (kd_input){ s->channels, s->height, s->width, s->classes };
}
