/* transformer: an encoder of texts, with its norms in front or, as BERT has them, behind.
 *
 * Vaswani et al. (NeurIPS 2017), Devlin et al. (NAACL 2019). Layers, names and formulas as
 * torch.nn.TransformerEncoder's: heads are contiguous columns, GELU is exact. Taps: the sum of the
 * embeddings, each layer's output ("hidden1"...), and what goes into the classifier. */
#include "models/attention.h"
#include "models/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_LAYERS = 24 };
enum { PRE, POST };
enum { FIRST, MEAN, BERT };

typedef struct layer {
    kd_tensor *in_weight, *in_bias;
    kd_layer *out, *linear1, *linear2, *norm1, *norm2;
} layer;

struct transformer {
    int depth, width, heads, ffn, norm, pool, segments;
    kd_real dropout;
    kd_net *net;
    kd_layer *tok, *pos, *seg, *first_norm, *last_norm, *pooler, *head;
    layer layer[MOST_LAYERS];
    kdi_text text;
};

static const char *const norms[] = { "pre", "post", NULL };
static const char *const pools[] = { "first", "mean", "bert", NULL };

static const kd_option options[] = {
    KD_INT(struct transformer, depth, 2, 1, MOST_LAYERS, "layers"),
    KD_INT(struct transformer, width, 64, 1, 4096, "channels of a token"),
    KD_INT(struct transformer, heads, 4, 1, 64, "of attention; they divide the width"),
    KD_INT(struct transformer, ffn, 0, 0, 65536, "units between; 0: four times the width"),
    KD_CHOICE(struct transformer, norm, PRE, norms,
              "in front of each half of a layer, or behind it and after the embeddings (BERT)"),
    KD_CHOICE(struct transformer, pool, MEAN, pools,
              "of a text: its first token, the mean, or BERT's tanh of the first"),
    KD_INT(struct transformer, segments, 0, 0, 16, "kinds of segments with an embedding"),
    KD_REAL(struct transformer, dropout, 0.1, 0, 0.95,
            "of the embeddings, and of what each half of a layer adds"),
    { 0 },
};

/* ---- strings ---------------------------------------------------------------------------- */

static bool parse(const char *arch, void *self)
{
    struct transformer *t = self;
    double depth = t->depth, width = t->width, heads = t->heads, ffn = 0, segments = 0;
    double dropout = (double)t->dropout;
    size_t n = strlen("transformer");
    const char *at = arch + n;
    if (strncmp(arch, "transformer", n) != 0)
        return false;
    kdi_arch_number(&at, 'd', &depth);
    kdi_arch_number(&at, 'w', &width);
    kdi_arch_number(&at, 'h', &heads);
    kdi_arch_number(&at, 'f', &ffn);
    t->norm = kdi_arch_word(&at, "post") ? POST : PRE;
    t->pool = kdi_arch_word(&at, "first") ? FIRST : kdi_arch_word(&at, "bert") ? BERT : MEAN;
    kdi_arch_number(&at, 's', &segments);
    kdi_arch_number(&at, 'p', &dropout);
    t->depth = (int)depth;
    t->width = (int)width;
    t->heads = (int)heads;
    t->ffn = (int)ffn;
    t->segments = (int)segments;
    t->dropout = (kd_real)dropout;
    return *at == '\0';
}

static void spell(const void *self, char *buf)
{
    const struct transformer *t = self;
    snprintf(buf, KDI_ARCH, "transformer_d%d_w%d_h%d", t->depth, t->width, t->heads);
    if (t->ffn)
        kdi_arch_add(buf, 'f', t->ffn);
    if (t->norm == POST)
        strcat(buf, "_post");
    if (t->pool != MEAN)
        strcat(buf, t->pool == FIRST ? "_first" : "_bert");
    if (t->segments)
        kdi_arch_add(buf, 's', t->segments);
    if (fabs((double)t->dropout - 0.1) > 1e-6)
        kdi_arch_add(buf, 'p', (double)t->dropout);
}

/* ---- building ------------------------------------------------------------------------------ */

/* as torch's MultiheadAttention: uniform with the variance of in and out together, biases 0 */
static void in_projection(layer *l, kd_scope *in, int64_t width)
{
    kd_real bound = (kd_real)sqrt(6.0 / (4.0 * (double)width));
    l->in_weight = kd_param_new(in, "in_proj_weight", KD_SHAPE(3 * width, width));
    l->in_bias = kd_param_new(in, "in_proj_bias", KD_SHAPE(3 * width));
    if (in->rng)
        kd_fill_uniform(l->in_weight, in->rng, -bound, bound);
}

static void layer_new(layer *l, kd_scope *in, int64_t width, int64_t ffn, kd_real eps)
{
    kd_scope *attention = kd_scope_new(in, "self_attn");
    in_projection(l, attention, width);
    l->out = kd_linear_new(attention, "out_proj", width, width);
    if (in->rng)
        kd_fill(kd_layer_tensor(l->out, "bias"), 0);
    l->linear1 = kd_linear_new(in, "linear1", width, ffn);
    l->linear2 = kd_linear_new(in, "linear2", ffn, width);
    l->norm1 = kd_layernorm_new(in, "norm1", width, eps);
    l->norm2 = kd_layernorm_new(in, "norm2", width, eps);
}

/* deviation 0.02, as BERT draws them: torch's 1 drowns what the layers add */
static kd_layer *embedding(kd_scope *in, const char *name, int64_t rows, int64_t width)
{
    kd_layer *l = kd_embedding_new(in, name, rows, width);
    kdi_draw_narrow(in, kd_layer_tensor(l, "weight"));
    return l;
}

static void embeddings(struct transformer *t, kd_scope *scope, const kd_input *in, kd_real eps)
{
    t->tok = embedding(scope, "tok", in->vocabulary, t->width);
    t->pos = embedding(scope, "pos", in->length, t->width);
    t->seg = t->segments ? embedding(scope, "seg", t->segments, t->width) : NULL;
    t->first_norm = t->norm == POST ? kd_layernorm_new(scope, "norm", t->width, eps) : NULL;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct transformer *t = self;
    kd_real eps = (kd_real)(t->norm == POST ? 1e-12 : 1e-5);
    if (t->width % t->heads)
        return kd_error(KD_E_USAGE, "transformer: %d heads do not divide a width of %d", t->heads,
                        t->width);
    t->net = net;
    t->text = (kdi_text){ 0 };
    embeddings(t, scope, in, eps);
    kd_scope *encoder = kd_scope_new(scope, "encoder"), *layers = kd_scope_new(encoder, "layers");
    for (int i = 0; i < t->depth; i++)
        layer_new(&t->layer[i], kd_scope_new(layers, kdi_format(net->engine->run, "%d", i)),
                  t->width, t->ffn ? t->ffn : 4 * t->width, eps);
    t->last_norm = t->norm == PRE ? kd_layernorm_new(encoder, "norm", t->width, eps) : NULL;
    t->pooler = t->pool == BERT ? kd_linear_new(scope, "pooler", t->width, t->width) : NULL;
    t->head = kd_linear_new(scope, "head", t->width, in->classes);
    kd_net_add_tap(net, "embeddings", KD_TAP_STEM, NULL);
    for (int i = 0; i < t->depth; i++)
        kd_net_add_tap(net, kdi_format(net->engine->run, "hidden%d", i + 1), KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    return KD_OK;
}

/* ---- running, on packed rows ------------------------------------------------------------------
 */

static kd_tensor *embed(struct transformer *t)
{
    kd_tensor *x = kd_add(kd_apply(t->tok, t->text.token), kd_apply(t->pos, t->text.position));
    if (t->seg)
        x = kd_add(x, kd_apply(t->seg, t->text.segment));
    if (t->first_norm)
        x = kd_apply(t->first_norm, x);
    return kd_net_dropout(t->net, x, t->dropout);
}

/* whoever reads attention reads it padded; a padded copy is not what the next stage is fed */
static kd_tensor *attend(struct transformer *t, int i, kd_tensor *x)
{
    const layer *l = &t->layer[i];
    kd_tensor *qkv = kd_linear(x, l->in_weight, l->in_bias);
    if (!kd_net_shows_attention(t->net)) {
        x = kd_self_attention(qkv, t->text.offset, t->heads, false);
    } else {
        kdi_text aside = t->text;
        kd_tensor *mask = kdi_text_mask(&t->text, qkv);
        x = kdi_attend(t->net, i + 1, kdi_text_pad(&aside, qkv), t->heads, mask, false);
        aside.padded = NULL;
        x = kdi_text_pack(&aside, x);
    }
    return kd_net_dropout(t->net, kd_apply(l->out, x), t->dropout);
}

static kd_tensor *feed_forward(const struct transformer *t, const layer *l, kd_tensor *x)
{
    x = kd_gelu(kd_apply(l->linear1, x));
    return kd_net_dropout(t->net, kd_apply(l->linear2, x), t->dropout);
}

static kd_tensor *run_layer(struct transformer *t, int i, kd_tensor *x)
{
    const layer *l = &t->layer[i];
    if (t->norm == POST) {
        x = kd_apply(l->norm1, kd_add(x, attend(t, i, x)));
        return kd_apply(l->norm2, kd_add(x, feed_forward(t, l, x)));
    }
    x = kd_add(x, attend(t, i, kd_apply(l->norm1, x)));
    return kd_add(x, feed_forward(t, l, kd_apply(l->norm2, x)));
}

static kd_tensor *pool(struct transformer *t, kd_tensor *x)
{
    bool all = t->pool == MEAN || kdi_net_shows_all(t->net);
    if (all && t->last_norm) {
        x = kd_apply(t->last_norm, x);
        if (kdi_net_shows_all(t->net))
            kd_net_output(t->net, "final_norm", kdi_text_pad(&t->text, x));
    }
    if (t->pool == MEAN)
        return kd_segment_mean(x, t->text.offset);
    x = kd_gather_or_zero(x, t->text.first);
    if (!all && t->last_norm)
        x = kd_apply(t->last_norm, x);
    return t->pooler ? kd_tanh(kd_apply(t->pooler, x)) : x;
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct transformer *t = self;
    (void)pre;
    if (kd_is_poisoned(x) || !kdi_text_see(&t->text, t->net))
        return kdi_poison();
    x = i == 0 ? embed(t) : kdi_text_pack(&t->text, x);
    if (i == t->depth + 1)
        return pool(t, x);
    return kdi_text_pad(&t->text, i == 0 ? x : run_layer(t, i - 1, x));
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    return kd_apply(((struct transformer *)self)->head, pooled);
}

#define OUTPUTS                                                                                    \
    "embed:embeddings attn1:attention1 attn2:attention2 attn3:attention3 attn4:attention4 "        \
    "attn5:attention5 attn6:attention6"

static const kd_reference references[] = {
    { .group = "enc_pre", .options = "norm=pre", .outputs = OUTPUTS },
    { .group = "bert_post", .options = "norm=post pool=bert segments=2", .outputs = OUTPUTS },
    { 0 },
};

KD_MODEL(transformer,
         .help = "encoder of texts, pre-norm, or post-norm as BERT (Vaswani et al. 2017, Devlin et "
                 "al. 2019)",
         .kind = KD_TOKENS, .self_size = sizeof(struct transformer), .options = options,
         .parse = parse, .spell = spell, .build = build, .stage = stage, .head = head,
         .references = references);
