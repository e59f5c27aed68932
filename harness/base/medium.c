/* What a sample is - an image, points, tokens - as a shape and in words. */
#include "base/medium.h"

const char *const kd_medium_name[] = { "image", "points", "tokens", NULL };

kd_shape kdi_input_shape(const kd_input *in, int64_t n)
{
    if (in->kind == KD_POINTS)
        return KD_SHAPE(n, in->points, in->channels);
    if (in->kind == KD_TOKENS)
        return in->channels > 1 ? KD_SHAPE(n, in->length, in->channels) : KD_SHAPE(n, in->length);
    return KD_SHAPE(n, in->height, in->width, in->channels);
}

const char *kdi_input_text(const kd_input *in, kdi_arena *a)
{
    if (in->kind == KD_POINTS)
        return kdi_format(a, "%lld points of %lld numbers", (long long)in->points,
                          (long long)in->channels);
    if (in->kind == KD_TOKENS)
        return kdi_format(a, "%lld tokens of %lld", (long long)in->length,
                          (long long)in->vocabulary);
    return kdi_format(a, "%lldx%lld pixels", (long long)in->height, (long long)in->width);
}

kd_tensor *kdi_token_mask(kd_tensor *tokens)
{
    kd_shape s = kd_shape_of(tokens);
    int64_t each = s.n > 2 ? s.d[2] : 1, n = s.d[0] * s.d[1];
    kd_engine *e = kd_engine_of(tokens);
    kd_tensor *mask = kdi_tensor(e->step, e, KD_REAL_T, KD_SHAPE(s.d[0], s.d[1]));
    for (int64_t i = 0; i < n; i++)
        kd_reals(mask)[i] = kd_i64s(tokens)[i * each] != 0;
    return mask;
}
