/* attention.h - what transformers are made of: attention that shows itself where somebody reads it,
 * and blocks with their norms in front, whatever their layers are called. */
#ifndef KDI_ATTENTION_H
#define KDI_ATTENTION_H

#include "models/net.h"

/* Self-attention; qkv: N,L,3D, columns of the queries, keys, values. `mask` (N,L) and `causal` as
 * kd_attention has them. Layer `number` (from 1) names what it computes where the network shows
 * attention. */
kd_tensor *kdi_attend(kd_net *net, int number, kd_tensor *qkv, int heads, kd_tensor *mask,
                      bool causal);

/* ---- x + proj(attention(norm1(x))), then x + fc2(act(fc1(norm2(x)))) --------------------- */

typedef struct kdi_block_names {
    const char *norm1, *attention, *qkv, *proj, *norm2, *mlp, *fc1, *fc2;
} kdi_block_names;

typedef struct kdi_block_spec {
    int64_t width, hidden;
    int heads;
    kd_real eps; /* of the norms */
    bool causal;
    kd_tensor *(*act)(kd_tensor *x);
} kdi_block_spec;

typedef struct kdi_block {
    kdi_block_spec spec;
    kd_layer *norm1, *qkv, *proj, *norm2, *fc1, *fc2;
} kdi_block;

kdi_block kdi_block_new(kd_scope *in, const kdi_block_names *names, kdi_block_spec spec);
kd_tensor *kdi_block_apply(const kdi_block *b, kd_net *net, int number, kd_tensor *x);

/* normal with deviation 0.02, nothing beyond two of them; a scope without draws stays as it is */
void kdi_draw_narrow(kd_scope *scope, kd_tensor *x);
/* a linear layer with such weights, biases 0 */
kd_layer *kdi_narrow_linear(kd_scope *in, const char *name, int64_t from, int64_t to);

#endif
