/* textcnn: convolutions of several widths over the words of a text, and the maximum over positions.
 *
 * Kim (EMNLP 2014). A text is as long as the longest may be: windows reach into the padding, whose
 * embeddings are 0, and those of padding alone count too. Taps: the words' embeddings; all filters
 * at each word (with `mean`, and its embedding); their maxima (and the mean). */
#include "models/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_WIDTHS = 4 };

struct textcnn {
    int width, filters, widths1, widths2, widths3, widths4;
    bool mean;
    kd_real dropout, embed_dropout;
    kd_net *net;
    kd_layer *tok, *head;
    int n, kernel[MOST_WIDTHS];
    kd_tensor *weight[MOST_WIDTHS], *bias[MOST_WIDTHS];
    kdi_text text;
};

static const kd_option options[] = {
    KD_INT(struct textcnn, width, 100, 1, 4096, "channels of a word"),
    KD_INT(struct textcnn, filters, 100, 1, 4096, "of each width"),
    KD_INT(struct textcnn, widths1, 3, 1, 9, "words that a filter sees"),
    KD_INT(struct textcnn, widths2, 4, 0, 9, "the same of further filters; 0: none"),
    KD_INT(struct textcnn, widths3, 5, 0, 9, "the same of further filters; 0: none"),
    KD_INT(struct textcnn, widths4, 0, 0, 9, "the same of further filters; 0: none"),
    KD_BOOL(struct textcnn, mean, false, "classify by the mean of the embeddings too"),
    KD_REAL(struct textcnn, dropout, 0.5, 0, 0.95, "of the classifier's input"),
    KD_REAL(struct textcnn, embed_dropout, 0, 0, 0.95, "of the embeddings"),
    { 0 },
};

/* ---- strings ------------------------------------------------------------------------------ */

static int *width_option(struct textcnn *t, int i)
{
    int *const all[] = { &t->widths1, &t->widths2, &t->widths3, &t->widths4 };
    return all[i];
}

/* "k345": a digit a width */
static bool set_widths(struct textcnn *t, double digits)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%.0f", digits);
    if (n < 1 || n > MOST_WIDTHS || strchr(text, '0'))
        return false;
    for (int i = 0; i < MOST_WIDTHS; i++)
        *width_option(t, i) = i < n ? text[i] - '0' : 0;
    return true;
}

static double digits_of(const struct textcnn *t)
{
    double digits = 0;
    for (int i = 0; i < MOST_WIDTHS; i++) {
        int k = *width_option((struct textcnn *)t, i);
        digits = k ? 10 * digits + k : digits;
    }
    return digits;
}

static bool parse(const char *arch, void *self)
{
    struct textcnn *t = self;
    double width = t->width, filters = t->filters, digits = 345;
    double dropout = (double)t->dropout, embed = (double)t->embed_dropout;
    size_t n = strlen("textcnn");
    const char *at = arch + n;
    if (strncmp(arch, "textcnn", n) != 0)
        return false;
    kdi_arch_number(&at, 'w', &width);
    kdi_arch_number(&at, 'f', &filters);
    kdi_arch_number(&at, 'k', &digits);
    t->mean = kdi_arch_word(&at, "mean");
    kdi_arch_number(&at, 'p', &dropout);
    kdi_arch_number(&at, 'e', &embed);
    t->width = (int)width;
    t->filters = (int)filters;
    t->dropout = (kd_real)dropout;
    t->embed_dropout = (kd_real)embed;
    return *at == '\0' && set_widths(t, digits);
}

static void spell(const void *self, char *buf)
{
    const struct textcnn *t = self;
    snprintf(buf, KDI_ARCH, "textcnn_w%d_f%d_k%.0f%s", t->width, t->filters, digits_of(t),
             t->mean ? "_mean" : "");
    if (fabs((double)t->dropout - 0.5) > 1e-6)
        kdi_arch_add(buf, 'p', (double)t->dropout);
    if (t->embed_dropout > 0)
        kdi_arch_add(buf, 'e', (double)t->embed_dropout);
}

/* ---- building ---------------------------------------------------------------------------------
 */

static void filters_new(struct textcnn *t, kd_scope *in, int j)
{
    kd_real bound = (kd_real)(1 / sqrt((double)(t->kernel[j] * t->width)));
    t->weight[j] = kd_param_new(in, "weight", KD_SHAPE(t->filters, t->kernel[j], t->width));
    t->weight[j]->layout = KDI_CONV1D;
    t->bias[j] = kd_param_new(in, "bias", KD_SHAPE(t->filters));
    if (in->rng) {
        kd_fill_uniform(t->weight[j], in->rng, -bound, bound);
        kd_fill_uniform(t->bias[j], in->rng, -bound, bound);
    }
}

/* words as Kim draws those that he has no vectors of: rare ones, which hardly move, must not be
 * louder than what is learned of the others */
static kd_layer *table(kd_scope *in, const char *name, int64_t rows, int64_t width)
{
    kd_layer *l = kd_embedding_new(in, name, rows, width);
    if (in->rng)
        kd_fill_uniform(kd_layer_tensor(l, "weight"), in->rng, (kd_real)-0.25, (kd_real)0.25);
    return l;
}

static int widths_of(struct textcnn *t, const kd_input *in)
{
    t->n = 0;
    for (int i = 0; i < MOST_WIDTHS; i++) {
        int k = *width_option(t, i);
        if (k > in->length)
            return kd_error(KD_E_SHAPE, "textcnn: a filter of %d words, but texts have %lld", k,
                            (long long)in->length);
        if (k)
            t->kernel[t->n++] = k;
    }
    return KD_OK;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct textcnn *t = self;
    KD_TRY(widths_of(t, in));
    t->net = net;
    t->text = (kdi_text){ 0 };
    t->tok = table(scope, "tok", in->vocabulary, t->width);
    kd_scope *convs = kd_scope_new(scope, "convs");
    for (int j = 0; j < t->n; j++)
        filters_new(t, kd_scope_new(convs, kdi_format(net->engine->run, "%d", j)), j);
    t->head =
        kd_linear_new(scope, "head", t->n * t->filters + (t->mean ? t->width : 0), in->classes);
    kd_net_add_tap(net, "embeddings", KD_TAP_STEM, NULL);
    kd_net_add_tap(net, "hidden1", KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    return KD_OK;
}

/* ---- running
 * --------------------------------------------------------------------------------------- */

/* texts with zeros between them, as many as the widest window reaches over: which packed row lies
 * where, how many positions a window that begins there has, and where each packed row went */
typedef struct spaced {
    kd_tensor *row, *room, *back;
} spaced;

static spaced space_out(const struct textcnn *t)
{
    const kdi_text *text = &t->text;
    int64_t gap = 0, at = 0;
    for (int j = 0; j < t->n; j++)
        gap = t->kernel[j] - 1 > gap ? t->kernel[j] - 1 : gap;
    int64_t all = text->rows + text->n * gap;
    kdi_arena *a = t->net->engine->step;
    int64_t *row = kdi_alloc(a, (size_t)(all + 1) * sizeof *row);
    int64_t *room = kdi_alloc(a, (size_t)(all + 1) * sizeof *room);
    int64_t *back = kdi_alloc(a, (size_t)(text->rows + 1) * sizeof *back);
    for (int64_t i = 0; i < text->n; i++) {
        int64_t from = kd_i64s(text->offset)[i], length = kd_i64s(text->offset)[i + 1] - from;
        for (int64_t p = 0; p < length + gap; p++, at++) {
            row[at] = p < length ? from + p : -1;
            room[at] = p < length ? text->length - p : 0;
            if (p < length)
                back[from + p] = at;
        }
    }
    return (spaced){ kd_from_i64s(text->offset, KD_SHAPE(all), row),
                     kd_from_i64s(text->offset, KD_SHAPE(all), room),
                     kd_from_i64s(text->offset, KD_SHAPE(text->rows), back) };
}

static kd_tensor *convolve(const struct textcnn *t, kd_tensor *x)
{
    spaced s = space_out(t);
    x = kd_net_dropout(t->net, x, t->embed_dropout);
    kd_tensor *y = kd_windows(kd_gather_or_zero(x, s.row), s.room, t->weight, t->bias, t->n);
    y = kd_gather(y, s.back);
    kd_tensor *both[] = { y, x };
    return t->mean ? kd_concat(both, 2, 1) : y;
}

/* what windows of padding alone give, where a text has such: its biases, N,filters */
static kd_tensor *of_padding(const struct textcnn *t)
{
    kd_tensor *bias = kd_relu(kd_concat(t->bias, t->n, 0));
    kd_tensor *has = kd_zeros_like(bias, KD_SHAPE(t->text.n, t->n * t->filters));
    for (int64_t i = 0; !kd_is_poisoned(has) && i < kd_numel(has); i++) {
        const int64_t *at = kd_i64s(t->text.offset) + i / kd_channels(has);
        int64_t kernel = t->kernel[i % kd_channels(has) / t->filters];
        kd_reals(has)[i] = at[1] - at[0] + kernel <= t->text.length;
    }
    return kd_mul(has, bias);
}

/* 1 where a window lies in padding alone: n,positions,1 */
static kd_tensor *in_padding(const struct textcnn *t, kd_tensor *map)
{
    int64_t positions = kd_dim(map, 1);
    kd_tensor *in = kd_zeros_like(map, KD_SHAPE(t->text.n, positions, 1));
    for (int64_t i = 0; !kd_is_poisoned(in) && i < kd_numel(in); i++)
        kd_reals(in)[i] = kd_i64s(t->text.row)[i / positions * t->text.length + i % positions] < 0;
    return in;
}

static void show_maps(const struct textcnn *t, kd_tensor *padded)
{
    for (int j = 0; j < t->n; j++) {
        kd_tensor *map = kd_slice(padded, 1, 0, t->text.length - t->kernel[j] + 1);
        map = kd_slice(map, 2, j * t->filters, (j + 1) * t->filters);
        map = kd_add(map, kd_mul(in_padding(t, map), kd_relu(t->bias[j])));
        kd_net_output(t->net, kdi_format(t->net->engine->step, "conv%d", j), map);
    }
}

/* with `mean`, the last channels are the words' embeddings */
static kd_tensor *pool(const struct textcnn *t, kd_tensor *x)
{
    int64_t filters = (int64_t)t->n * t->filters;
    kd_tensor *most = t->mean ? kd_slice(x, 1, 0, filters) : x;
    most = kd_max(kd_segment_max(most, t->text.offset), of_padding(t));
    if (!t->mean)
        return most;
    kd_tensor *words = kd_slice(x, 1, filters, filters + t->width);
    kd_tensor *both[] = { most, kd_segment_mean(words, t->text.offset) };
    return kd_concat(both, 2, 1);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct textcnn *t = self;
    (void)pre;
    if (kd_is_poisoned(x) || !kdi_text_see(&t->text, t->net))
        return kdi_poison();
    if (i == 0)
        return kdi_text_pad(&t->text, kd_apply(t->tok, t->text.token));
    x = kdi_text_pack(&t->text, x);
    if (i == 2)
        return pool(t, x);
    x = kdi_text_pad(&t->text, convolve(t, x));
    if (kdi_net_shows_all(t->net))
        show_maps(t, x);
    return x;
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    const struct textcnn *t = self;
    return kd_apply(t->head, kd_net_dropout(t->net, pooled, t->dropout));
}

static const kd_reference references[] = {
    { .group = "textcnn", .outputs = "embed:embeddings" },
    { 0 },
};

KD_MODEL(textcnn, .help = "convolutions of several widths, maximum over positions (Kim 2014)",
         .kind = KD_TOKENS, .self_size = sizeof(struct textcnn), .options = options, .parse = parse,
         .spell = spell, .build = build, .stage = stage, .head = head, .references = references);
