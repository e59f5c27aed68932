/* bilstm: one layer of an LSTM in both directions over the words of a text.
 *
 * Hochreiter and Schmidhuber (1997), with names and order of gates as torch.nn.LSTM's. Taps: the
 * words' embeddings, both directions' states, and the two states that have seen all. */
#include "models/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct direction {
    kd_tensor *w_ih, *w_hh, *b_ih, *b_hh;
} direction;

struct bilstm {
    int width, hidden;
    kd_real dropout;
    kd_net *net;
    kd_layer *tok, *head;
    direction forward, reverse;
    kdi_text text;
};

static const kd_option options[] = {
    KD_INT(struct bilstm, width, 100, 1, 4096, "channels of a word"),
    KD_INT(struct bilstm, hidden, 64, 1, 4096, "units of each direction"),
    KD_REAL(struct bilstm, dropout, 0.3, 0, 0.95,
            "of the embeddings and of the classifier's input"),
    { 0 },
};

static bool parse(const char *arch, void *self)
{
    struct bilstm *b = self;
    double width = b->width, hidden = b->hidden, dropout = (double)b->dropout;
    size_t n = strlen("bilstm");
    const char *at = arch + n;
    if (strncmp(arch, "bilstm", n) != 0)
        return false;
    kdi_arch_number(&at, 'w', &width);
    kdi_arch_number(&at, 'h', &hidden);
    kdi_arch_number(&at, 'p', &dropout);
    b->width = (int)width;
    b->hidden = (int)hidden;
    b->dropout = (kd_real)dropout;
    return *at == '\0';
}

static void spell(const void *self, char *buf)
{
    const struct bilstm *b = self;
    snprintf(buf, KDI_ARCH, "bilstm_w%d_h%d", b->width, b->hidden);
    if (fabs((double)b->dropout - 0.3) > 1e-6)
        kdi_arch_add(buf, 'p', (double)b->dropout);
}

static direction direction_new(kd_scope *in, const char *tail, int64_t width, int64_t hidden)
{
    kdi_arena *a = in->engine->run;
    direction d = {
        .w_ih =
            kd_param_new(in, kdi_format(a, "weight_ih_l0%s", tail), KD_SHAPE(4 * hidden, width)),
        .w_hh =
            kd_param_new(in, kdi_format(a, "weight_hh_l0%s", tail), KD_SHAPE(4 * hidden, hidden)),
        .b_ih = kd_param_new(in, kdi_format(a, "bias_ih_l0%s", tail), KD_SHAPE(4 * hidden)),
        .b_hh = kd_param_new(in, kdi_format(a, "bias_hh_l0%s", tail), KD_SHAPE(4 * hidden)),
    };
    kd_real bound = (kd_real)(1 / sqrt((double)hidden));
    kd_tensor *all[] = { d.w_ih, d.w_hh, d.b_ih, d.b_hh };
    for (int i = 0; in->rng && i < 4; i++)
        kd_fill_uniform(all[i], in->rng, -bound, bound);
    return d;
}

static int build(kd_net *net, kd_scope *scope, const kd_input *in, void *self)
{
    struct bilstm *b = self;
    b->net = net;
    b->text = (kdi_text){ 0 };
    b->tok = kd_embedding_new(scope, "tok", in->vocabulary, b->width);
    kd_scope *lstm = kd_scope_new(scope, "lstm");
    b->forward = direction_new(lstm, "", b->width, b->hidden);
    b->reverse = direction_new(lstm, "_reverse", b->width, b->hidden);
    b->head = kd_linear_new(scope, "head", 2 * b->hidden, in->classes);
    kd_net_add_tap(net, "embeddings", KD_TAP_STEM, NULL);
    kd_net_add_tap(net, "hidden1", KD_TAP_STAGE, NULL);
    kd_net_add_tap(net, "pooled", KD_TAP_POOLED, NULL);
    return KD_OK;
}

static kd_tensor *run(const struct bilstm *b, const direction *d, kd_tensor *x, bool reverse,
                      kd_tensor **cells)
{
    return kd_lstm(x, b->text.offset, d->w_ih, d->w_hh, d->b_ih, d->b_hh, reverse, cells);
}

/* one row a text: of its last token in the first half of the channels, of its first in the other */
static kd_tensor *ends(const struct bilstm *b, kd_tensor *forward, kd_tensor *reverse)
{
    kd_tensor *end[] = { kd_gather_or_zero(forward, b->text.last),
                         kd_gather_or_zero(reverse, b->text.first) };
    return kd_concat(end, 2, 1);
}

static kd_tensor *both_ways(const struct bilstm *b, kd_tensor *x)
{
    kd_tensor *cells[2], *h[2];
    bool shown = kdi_net_shows_all(b->net);
    x = kd_net_dropout(b->net, x, b->dropout);
    h[0] = run(b, &b->forward, x, false, shown ? &cells[0] : NULL);
    h[1] = run(b, &b->reverse, x, true, shown ? &cells[1] : NULL);
    if (shown)
        kd_net_output(b->net, "c_n", ends(b, cells[0], cells[1]));
    return kd_concat(h, 2, 1);
}

static kd_tensor *stage(void *self, int i, kd_tensor *x, kd_tensor **pre)
{
    struct bilstm *b = self;
    kdi_text *t = &b->text;
    (void)pre;
    if (kd_is_poisoned(x) || !kdi_text_see(t, b->net))
        return kdi_poison();
    if (i == 0)
        return kdi_text_pad(t, kd_apply(b->tok, t->token));
    x = kdi_text_pack(t, x);
    if (i == 1)
        return kdi_text_pad(t, both_ways(b, x));
    return ends(b, kd_slice(x, 1, 0, b->hidden), kd_slice(x, 1, b->hidden, 2 * b->hidden));
}

static kd_tensor *head(void *self, kd_tensor *pooled)
{
    const struct bilstm *b = self;
    return kd_apply(b->head, kd_net_dropout(b->net, pooled, b->dropout));
}

static const kd_reference references[] = {
    { .group = "bilstm", .outputs = "embed:embeddings outputs:hidden1" },
    { 0 },
};

KD_MODEL(bilstm, .help = "LSTM in both directions (Hochreiter and Schmidhuber 1997)",
         .kind = KD_TOKENS, .self_size = sizeof(struct bilstm), .options = options, .parse = parse,
         .spell = spell, .build = build, .stage = stage, .head = head, .references = references);
