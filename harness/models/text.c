/* Where the tokens of a pass are; rows with and without padding; words of architecture strings. */
#include "models/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- where the tokens are ----------------------------------------------------------- */

static int64_t length_of(const int64_t *token, int64_t most, int64_t each)
{
    int64_t n = most;
    while (n > 0 && token[(n - 1) * each] == 0)
        n--;
    return n;
}

static kd_tensor *integers(const kd_tensor *input, int64_t n)
{
    kd_engine *e = kd_engine_of(input);
    return kdi_tensor(e->step, e, KD_I64_T, KD_SHAPE(n));
}

static void count_rows(kdi_text *t, kd_tensor *input, int64_t each)
{
    t->offset = integers(input, t->n + 1);
    int64_t *at = kd_i64s(t->offset);
    at[0] = 0;
    for (int64_t i = 0; i < t->n; i++)
        at[i + 1] = at[i] + length_of(kd_i64s(input) + i * t->length * each, t->length, each);
    t->rows = at[t->n];
    t->full = t->rows == t->n * t->length;
}

static void fill_text(kdi_text *t, int64_t i, const int64_t *token, int64_t each)
{
    const int64_t *at = kd_i64s(t->offset) + i;
    int64_t length = at[1] - at[0];
    kd_i64s(t->first)[i] = length ? at[0] : -1;
    kd_i64s(t->last)[i] = at[0] + length - (length ? 1 : 0);
    if (!length)
        kd_i64s(t->last)[i] = -1;
    for (int64_t p = 0; p < t->length; p++) {
        int64_t row = at[0] + p;
        kd_i64s(t->row)[i * t->length + p] = p < length ? row : -1;
        if (p >= length)
            continue;
        kd_i64s(t->place)[row] = i * t->length + p;
        kd_i64s(t->position)[row] = p;
        kd_i64s(t->token)[row] = token[p * each];
        kd_i64s(t->segment)[row] = each > 1 ? token[p * each + 1] : 0;
    }
}

bool kdi_text_see(kdi_text *t, const kd_net *net)
{
    kd_tensor *input = kd_net_input(net);
    if (!input || kd_is_poisoned(input))
        return false;
    if (t->pass == kd_net_pass(net) && t->generation == net->engine->generation)
        return true;
    kd_shape s = kd_shape_of(input);
    if (kd_dtype_of(input) != KD_I64_T || s.n < 2 || s.n > 3) {
        kd_fail("%s wants tokens i64 N,L or N,L,2, has %s", net->arch, kd_shape_text(s));
        return false;
    }
    int64_t each = s.n > 2 ? s.d[2] : 1;
    *t = (kdi_text){ .pass = kd_net_pass(net), .n = s.d[0], .length = s.d[1] };
    t->generation = net->engine->generation;
    count_rows(t, input, each);
    t->place = integers(input, t->rows);
    t->position = integers(input, t->rows);
    t->token = integers(input, t->rows);
    t->segment = integers(input, t->rows);
    t->first = integers(input, t->n);
    t->last = integers(input, t->n);
    t->row = integers(input, t->n * t->length);
    t->row->shape = KD_SHAPE(t->n, t->length);
    for (int64_t i = 0; i < t->n; i++)
        fill_text(t, i, kd_i64s(input) + i * t->length * each, each);
    return true;
}

/* ---- packed and padded ----------------------------------------------------------------- */

kd_tensor *kdi_text_pack(kdi_text *t, kd_tensor *x)
{
    if (x == t->padded)
        return t->packed;
    x = kd_reshape(x, KD_SHAPE(t->n * t->length, kd_channels(x)));
    return t->full ? x : kd_gather(x, t->place);
}

kd_tensor *kdi_text_pad(kdi_text *t, kd_tensor *x)
{
    t->packed = x;
    t->padded = t->full ? kd_reshape(x, KD_SHAPE(t->n, t->length, kd_channels(x)))
                        : kd_gather_or_zero(x, t->row);
    return t->padded;
}

kd_tensor *kdi_text_mask(const kdi_text *t, kd_tensor *like)
{
    kd_tensor *mask = kd_zeros_like(like, KD_SHAPE(t->n, t->length));
    for (int64_t i = 0; !kd_is_poisoned(mask) && i < t->n * t->length; i++)
        kd_reals(mask)[i] = kd_i64s(t->row)[i] >= 0;
    return mask;
}

/* ---- architecture strings ----------------------------------------------------------------- */

bool kdi_arch_number(const char **at, char letter, double *number)
{
    const char *text = *at;
    if (text[0] != '_' || text[1] != letter || !(isdigit((unsigned char)text[2])))
        return false;
    char *end;
    *number = strtod(text + 2, &end);
    if (*end != '_' && *end != '\0')
        return false;
    *at = end;
    return true;
}

bool kdi_arch_word(const char **at, const char *word)
{
    size_t n = strlen(word);
    if ((*at)[0] != '_' || strncmp(*at + 1, word, n) != 0 ||
        ((*at)[n + 1] != '_' && (*at)[n + 1] != '\0'))
        return false;
    *at += n + 1;
    return true;
}

void kdi_arch_add(char *buf, char letter, double number)
{
    size_t n = strlen(buf);
    snprintf(buf + n, KDI_ARCH - n, "_%c%.6g", letter, number);
}
