/* gpt: what comes after each token of a text, from those before it.
 *
 * Radford et al., "Language models are unsupervised multitask learners" (2019); names and order of
 * parameters are those of GPT-2, its matrices as a linear layer has them. Taps: the embeddings,
 * each block's tokens, the normed ones; logits are N,L,V, from the embeddings' own table. */
#include "models/attention.h"
#include "models/parts.h"
#include <kd/method.h>

#include <stdio.h>
#include <string.h>

enum { DEPTH = 24 };

struct gpt {
    int depth, width, heads, gelu;
    kd_net *net;
    kd_layer *wte, *wpe, *norm;
    kdi_block block[DEPTH];
};

enum { TANH, ERF };
static const char *const gelus[] = { "tanh", "erf", NULL };

static const kd_option options[] = {
    KD_INT(struct gpt, depth, 4, 1, DEPTH, "blocks"),
    KD_INT(struct gpt, width, 128, 1, 2048, "channels; a multiple of heads"),
    KD_INT(struct gpt, heads, 4, 1, 64, "heads of attention"),
    KD_CHOICE(struct gpt, gelu, TANH, gelus,
              "GELU in the MLPs: tanh, GPT-2's approximation; erf, the formula itself"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct gpt *g = self;
    int used = 0;
    if (strcmp(arch, "gpt") == 0)
        return true;
    if (sscanf(arch, "gpt_d%d_w%d_h%d%n", &g->depth, &g->width, &g->heads, &used) != 3)
        return false;
    arch += used;
    g->gelu = strcmp(arch, "_erf") == 0 ? ERF : TANH;
    return *arch == '\0' || g->gelu == ERF;
}

static void spell(const void *self, char *buf)
{
    const struct gpt *g = self;
    snprintf(buf, KDI_ARCH, "gpt_d%d_w%d_h%d%s", g->depth, g->width, g->heads,
             g->gelu == ERF ? "_erf" : "");
}

static kd_layer *table(kd_scope *scope, const char *name, int64_t rows, int64_t width)
{
    kd_layer *l = kd_embedding_new(scope, name, rows, width);
    kdi_draw_narrow(scope, l->weight);
    return l;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    static const kdi_block_names names = { "ln_1", "attn", "c_attn", "c_proj",
                                           "ln_2", "mlp",  "c_fc",   "c_proj" };
    struct gpt *g = self;
    if (g->width % g->heads)
        return kd_error(KD_E_USAGE, "gpt: width %d is no multiple of %d heads", g->width, g->heads);
    if (in->channels != 1)
        return kd_error(KD_E_SHAPE, "gpt: texts with segments, but it has no use for them");
    kdi_block_spec spec = { .width = g->width,
                            .hidden = 4 * (int64_t)g->width,
                            .heads = g->heads,
                            .eps = (kd_real)1e-5,
                            .causal = true,
                            .act = g->gelu == ERF ? kd_gelu : kd_gelu_tanh };
    g->net = net;
    g->wte = table(scope, "wte", in->vocabulary, g->width);
    g->wpe = table(scope, "wpe", in->length, g->width);
    kd_scope *blocks = kd_scope_new(scope, "h");
    for (int i = 0; i < g->depth; i++)
        g->block[i] = kdi_block_new(kdi_scope_number(blocks, i), &names, spec);
    g->norm = kd_layernorm_new(scope, "ln_f", g->width, spec.eps);
    kd_net_add_tap(net, "embed", KD_TAP_STEM, NULL);
    for (int i = 1; i <= g->depth; i++)
        kd_net_add_tap(net, kdi_format(net->engine->run, "hidden%d", i), KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "final_norm", KD_TAP_POOLED, NULL);
    return KD_OK;
}

static kd_tensor *embed(const struct gpt *g, kd_tensor *token)
{
    kd_tensor *x = kd_apply(g->wte, token);
    return kd_is_poisoned(x) ? x : kd_add(x, kd_slice(g->wpe->weight, 0, 0, kd_dim(x, 1)));
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    const struct gpt *g = self;
    (void)pre;
    if (i == 0)
        return embed(g, x);
    if (i > g->depth)
        return kd_apply(g->norm, x);
    return kdi_block_apply(&g->block[i - 1], g->net, i, x);
}

static kd_tensor *head(void *self, kd_tensor *x)
{
    return kd_linear(x, ((struct gpt *)self)->wte->weight, NULL);
}

/* the last layer is the embeddings' table, which is no layer of the head's own */
static kd_layer *classifier(void *self)
{
    (void)self;
    return NULL;
}

static const kd_reference references[] = {
    { .group = "gpt_", .outputs = "attn#:attention#" },
    { 0 },
};

KD_MODEL(gpt, .help = "Decoder that predicts the next token (Radford et al. 2019)",
         .kind = KD_TOKENS, .tracks = KD_LM, .self_size = sizeof(struct gpt), .options = options,
         .parse = parse, .spell = spell, .build = build, .stage = stage, .head = head,
         .classifier = classifier, .references = references);
