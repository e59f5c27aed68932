/* fasttext: a linear classifier of the mean of the embeddings of words, and of pairs of them.
 *
 * Joulin et al. (EACL 2017). Pairs of neighbours share a table by hash. Taps: the words'
 * embeddings, and the mean. */
#include "models/text.h"

#include <stdio.h>
#include <string.h>

struct fasttext {
    int width, ngrams, buckets;
    kd_net *net;
    kd_layer *tok, *grams, *head;
    kdi_text text;
};

static const kd_option options[] = {
    KD_INT(struct fasttext, width, 100, 1, 4096, "channels of a word"),
    KD_INT(struct fasttext, ngrams, 1, 1, 2, "1: words; 2: and pairs of neighbours"),
    KD_INT(struct fasttext, buckets, 20000, 1, 10000000, "rows of the table that pairs share"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct fasttext *f = self;
    double width = f->width, buckets = f->buckets;
    size_t n = strlen("fasttext");
    const char *at = arch + n;
    if (strncmp(arch, "fasttext", n) != 0)
        return false;
    kdi_arch_number(&at, 'w', &width);
    f->ngrams = kdi_arch_number(&at, 'b', &buckets) ? 2 : 1;
    f->width = (int)width;
    f->buckets = (int)buckets;
    return *at == '\0';
}

static void spell(const void *self, char *buf)
{
    const struct fasttext *f = self;
    snprintf(buf, KDI_ARCH, "fasttext_w%d", f->width);
    if (f->ngrams > 1)
        kdi_arch_add(buf, 'b', f->buckets);
}

/* words as fastText draws them: within 1/width */
static kd_layer *table(kd_scope *in, const char *name, int64_t rows, int64_t width)
{
    kd_layer *l = kd_embedding_new(in, name, rows, width);
    kd_real bound = 1 / (kd_real)width;
    if (in->rng)
        kd_fill_uniform(kd_layer_tensor(l, "weight"), in->rng, -bound, bound);
    return l;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct fasttext *f = self;
    f->net = net;
    f->text = (kdi_text){ 0 };
    f->tok = table(scope, "tok", in->vocabulary, f->width);
    f->grams = f->ngrams > 1 ? table(scope, "grams", f->buckets, f->width) : NULL;
    f->head = kd_linear_new(scope, "head", f->width, in->classes);
    kd_net_add_tap(net, "embeddings", KD_TAP_STEM, NULL);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    return KD_OK;
}

/* the pairs of all texts, and where each text's begin */
static kd_tensor *pairs(const struct fasttext *f, kd_tensor **offset)
{
    const kdi_text *t = &f->text;
    const int64_t *at = kd_i64s(t->offset), *token = kd_i64s(t->token);
    kdi_arena *a = f->net->engine->step;
    int64_t *begin = kdi_alloc0(a, (size_t)(t->n + 1) * sizeof *begin), n = 0;
    int64_t *pair = kdi_alloc(a, (size_t)(t->rows + 1) * sizeof *pair);
    for (int64_t i = 0; i < t->n; i++) {
        for (int64_t r = at[i]; r + 1 < at[i + 1]; r++) {
            uint64_t mixed = (uint64_t)token[r] * 0x9E3779B97F4A7C15u + (uint64_t)token[r + 1];
            mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u;
            pair[n++] = (int64_t)((mixed ^ mixed >> 32) % (uint64_t)f->buckets);
        }
        begin[i + 1] = n;
    }
    *offset = kd_from_i64s(t->offset, KD_SHAPE(t->n + 1), begin);
    return kd_from_i64s(t->offset, KD_SHAPE(n), pair);
}

/* the mean over words and pairs together */
static kd_tensor *pool(const struct fasttext *f, kd_tensor *words)
{
    const kdi_text *t = &f->text;
    kd_tensor *offset;
    if (!f->grams)
        return kd_segment_mean(words, t->offset);
    kd_tensor *pair = pairs(f, &offset);
    kd_tensor *sum = kd_segment_sum(kd_apply(f->grams, pair), offset);
    sum = kd_add(sum, kd_segment_sum(words, t->offset));
    kd_tensor *share = kd_zeros_like(sum, KD_SHAPE(t->n, 1));
    for (int64_t i = 0; !kd_is_poisoned(share) && i < t->n; i++) {
        int64_t n = kd_i64s(t->offset)[i + 1] - kd_i64s(t->offset)[i];
        kd_reals(share)[i] = 1 / (kd_real)(n ? 2 * n - 1 : 1);
    }
    return kd_mul(sum, share);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct fasttext *f = self;
    (void)pre;
    if (kd_is_poisoned(x) || !kdi_text_see(&f->text, f->net))
        return kdi_poison();
    if (i == 0)
        return kdi_text_pad(&f->text, kd_apply(f->tok, f->text.token));
    return pool(f, kdi_text_pack(&f->text, x));
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct fasttext *)self)->head, pooled);
}

static const kd_reference references[] = { { .group = "fasttext" }, { 0 } };

KD_MODEL(fasttext, .help = "mean of the embeddings of words, and of pairs (Joulin et al. 2017)",
         .kind = KD_TOKENS, .self_size = sizeof(struct fasttext), .options = options,
         .parse = parse, .spell = spell, .build = build, .stage = stage, .head = head,
         .references = references);
