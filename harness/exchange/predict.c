/* What a network says of files: classes and their probabilities. Samples are fed as evaluation
 * feeds them, in batches of one size, so that none depends on its neighbours. */
#include "exchange/exchange.h"

#include "data/tokenize.h"
#include "train/trainer.h"

#include <math.h>
#include <string.h>

/* ---- samples ----------------------------------------------------------------------------- */

static enum kd_medium kind_of(const kdi_data *d)
{
    return kdi_data_has(d, KD_IMAGE)    ? KD_IMAGE
           : kdi_data_has(d, KD_POINTS) ? KD_POINTS
                                        : KD_TOKENS;
}

static int64_t row_bytes(const kd_dataset *s, enum kd_medium kind)
{
    return kind == KD_IMAGE    ? s->height * s->width * s->channels
           : kind == KD_POINTS ? s->points * s->point_channels * (int64_t)sizeof(float)
                               : s->tokenizer.length * (int64_t)sizeof(int32_t);
}

static int take_files(kdi_intake *in, const kd_value *files)
{
    static int (*const take[])(kdi_intake *, const char *) = { [KD_IMAGE] = kdi_intake_image,
                                                               [KD_POINTS] = kdi_intake_points,
                                                               [KD_TOKENS] = kdi_intake_text };
    for (int64_t i = 0; i < files->n; i++) {
        const char *path;
        int64_t before = in->n;
        KD_TRY(kd_arg_text(files, i, &path));
        KD_TRY(take[in->kind](in, path));
        if (in->n == before)
            return kd_error(KD_E_DATA, "%s: no sample in it", path);
    }
    return KD_OK;
}

/* the rows as the test split of the data set that the network was made for */
static void as_test(kdi_intake *in)
{
    kdi_data *d = in->data;
    int64_t *begins = kdi_alloc(in->arena, (size_t)(in->n + 1) * sizeof *begins);
    int64_t *place = kdi_alloc(in->arena, (size_t)(in->n + 1) * sizeof *place);
    int64_t length = d->set.tokenizer.length;
    for (int64_t i = 0; i <= in->n; i++) {
        place[i] = i;
        begins[i] = i * length; /* padding is token 0 there too */
    }
    d->set.test = (kd_samples){ .n = in->n };
    if (in->kind == KD_IMAGE)
        d->set.test.pixel = (const uint8_t *)in->row;
    else if (in->kind == KD_POINTS)
        d->set.test.point = (const float *)(const void *)in->row;
    else
        d->set.test.token = (const int32_t *)(const void *)in->row;
    d->set.test.begins = begins;
    d->part[KD_TEST] = (kdi_part){ .n = in->n,
                                   .place = place,
                                   .label = kdi_alloc0(in->arena, (size_t)(in->n + 1) * 8),
                                   .from = &d->set.test };
}

/* ---- answers ------------------------------------------------------------------------------- */

static void softmax(const kd_real *z, int64_t n, double *p)
{
    double top = z[0], sum = 0;
    for (int64_t c = 1; c < n; c++)
        top = fmax(top, (double)z[c]);
    for (int64_t c = 0; c < n; c++)
        sum += p[c] = exp((double)z[c] - top);
    for (int64_t c = 0; c < n; c++)
        p[c] /= sum;
}

/* the most likely class that is not taken yet; of equal ones the first, as evaluation has it */
static int64_t best_left(const kd_real *z, int64_t n, const bool *taken)
{
    int64_t best = -1;
    for (int64_t c = 0; c < n; c++)
        if (!taken[c] && (best < 0 || z[c] > z[best]))
            best = c;
    return best;
}

static kd_value *answer(const kdi_intake *in, int64_t i, const kd_real *z, int64_t top)
{
    kdi_arena *a = in->arena;
    const kd_dataset *s = &in->data->set;
    kd_value *map = in->name->item[i], *list = kd_list(a);
    double *p = kdi_alloc(a, (size_t)s->classes * sizeof *p);
    bool *taken = kdi_alloc0(a, (size_t)s->classes * sizeof *taken);
    softmax(z, s->classes, p);
    for (int64_t k = 0; k < top && k < s->classes; k++) {
        kd_value *one = kd_map(a);
        int64_t c = best_left(z, s->classes, taken);
        taken[c] = true;
        kd_set_int(one, "class", c);
        kd_set_text(one, "name", s->class_name ? s->class_name[c] : NULL);
        kd_set_number(one, "probability", p[c]);
        kd_push(list, one);
    }
    kd_set(map, "top", list);
    return map;
}

static int score_batch(kdi_intake *in, kdi_network *n, int64_t from, int64_t top, kd_value *list)
{
    int64_t index[KDI_EVAL_BATCH], count = in->n - from, classes = in->data->set.classes;
    count = count < KDI_EVAL_BATCH ? count : KDI_EVAL_BATCH;
    for (int64_t i = 0; i < KDI_EVAL_BATCH; i++)
        index[i] = from + (i < count ? i : count - 1);
    kdi_step_reset(n->engine);
    kdi_ask ask = { .split = KD_TEST, .sample = index, .n = KDI_EVAL_BATCH };
    kdi_batch *batch = kdi_data_batch(n->engine, in->data, &ask);
    kd_tensor *z = kd_net_forward(n->net, batch->input[in->kind]).logits;
    KD_TRY(kd_error_code());
    for (int64_t i = 0; i < count; i++) {
        const kd_real *row = kd_reals(z) + i * classes;
        for (int64_t c = 0; c < classes; c++)
            if (!isfinite(row[c]))
                return kd_error(KD_E_DATA, "%s: the network's answer is not finite",
                                kd_get_text(in->name->item[from + i], "file", "?"));
        kd_push(list, answer(in, from + i, row, top));
    }
    return KD_OK;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

static int open_file(const kd_value *ask, kdi_arena *a, const char **path, kd_value **file)
{
    KD_TRY(kd_need_text(ask, "weights", path));
    if (kd_get_bool(ask, "is_run", false))
        return kdi_network_of_run(*path, ask, a, file);
    return kdi_weights_read(*path, NULL, a, file);
}

static int score_all(const kd_value *ask, kdi_intake *in, kdi_network *n, kd_value *list)
{
    const kd_value *files = kd_get(ask, "files");
    if (!files || files->kind != KD_V_LIST)
        return kd_error(KD_E_USAGE, "predict wants a list of files");
    in->resize = kd_get_bool(ask, "resize", false);
    KD_TRY(take_files(in, files));
    as_test(in);
    for (int64_t at = 0; at < in->n; at += KDI_EVAL_BATCH)
        KD_TRY(score_batch(in, n, at, kd_get_int(ask, "top", 5), list));
    return KD_OK;
}

/* predict{ weights, is_run, which, data, classes, files, top, resize } -> list of { file, item, top
 * = list of { class, name, probability } } */
int kdi_call_predict(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const kd_value *ask, *about, *model;
    const char *path;
    kd_value *file;
    kdi_vocabulary vocabulary;
    kdi_intake in = { .arena = a, .name = kd_list(a), .vocabulary = &vocabulary };
    kdi_network n = { 0 };
    KD_TRY(kd_arg_map(args, 0, &ask));
    KD_TRY(open_file(ask, a, &path, &file));
    about = kd_get(file, "about");
    KD_TRY(kdi_about_data(about, path, a, &in.data));
    KD_TRY(kd_need_map(about, "model", &model));
    in.kind = kind_of(in.data);
    in.size = row_bytes(&in.data->set, in.kind);
    if (in.kind == KD_TOKENS)
        KD_TRY(kdi_about_vocabulary(about, path, a, &vocabulary));
    kd_input input = kdi_data_input(in.data, in.kind);
    KD_TRY(kdi_network_open(&n, model, &input));
    *result = kd_list(a);
    int code = kdi_fit(n.net, file, path, n.net->arch, NULL);
    if (code == KD_OK)
        code = score_all(ask, &in, &n, *result);
    kdi_network_close(&n);
    return code;
}
