/* kd/tensor.h - tensors and every operator on them.
 *
 * Channels are always the last axis: images N,H,W,C; logits rows x classes; sequences N,L,C.
 * Three rules hold for every operator, with no exception:
 *   1. nothing is freed by hand; a tensor lives until its arena is reset;
 *   2. nothing fails visibly: a bad call records the first message (operator, shapes, callback)
 *      and returns a poisoned tensor, which every operator passes on; its shape reads as all ones;
 *   3. gradients flow unless an input is a frozen network's output or went through kd_detach.
 * `axis` counts from 0, or from the end when negative. A reduction over an axis keeps it with size
 * 1, so that its result broadcasts against what it came from. */
#ifndef KD_TENSOR_H
#define KD_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef KD_DOUBLE
typedef double kd_real;
#else
typedef float kd_real;
#endif

#define KD_MAX_DIM 6

enum kd_dtype { KD_REAL_T, KD_I32_T, KD_I64_T, KD_U8_T };

typedef struct kd_shape {
    int n;                 /* axes */
    int64_t d[KD_MAX_DIM]; /* their sizes; 1 beyond n */
} kd_shape;

typedef struct kd_tensor kd_tensor;
typedef struct kd_engine kd_engine;
typedef struct kd_scope kd_scope;
typedef struct kd_layer kd_layer;
typedef struct kd_rng kd_rng;

/* ---- shapes --------------------------------------------------------- */

kd_shape kd_shape_of_n(int n, const int64_t *d);
#define KD_SHAPE(...)                                                                              \
    kd_shape_of_n((int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)),                     \
                  (int64_t[]){ __VA_ARGS__ })
int64_t kd_shape_numel(kd_shape s);
bool kd_shape_equal(kd_shape a, kd_shape b);
/* "2x3x4", in one of a few static buffers: good for one message */
const char *kd_shape_text(kd_shape s);

kd_shape kd_shape_of(const kd_tensor *x);
enum kd_dtype kd_dtype_of(const kd_tensor *x);
int kd_ndim(const kd_tensor *x);
int64_t kd_dim(const kd_tensor *x, int axis);
int64_t kd_numel(const kd_tensor *x);
int64_t kd_channels(const kd_tensor *x); /* size of the last axis */
int64_t kd_rows(const kd_tensor *x);     /* numel / channels */
bool kd_is_poisoned(const kd_tensor *x);
kd_engine *kd_engine_of(const kd_tensor *x);
kd_real *kd_reals(kd_tensor *x); /* the elements; the dtype must fit */
int64_t *kd_i64s(kd_tensor *x);
uint8_t *kd_u8s(kd_tensor *x);

/* ---- making (in the step arena of `like`'s engine; no gradient) ------ */

kd_tensor *kd_full_like(kd_tensor *like, kd_shape s, kd_real value);
kd_tensor *kd_zeros_like(kd_tensor *like, kd_shape s);
kd_tensor *kd_from_reals(kd_tensor *like, kd_shape s, const kd_real *value); /* copies */
kd_tensor *kd_from_i64s(kd_tensor *like, kd_shape s, const int64_t *value);  /* copies */
kd_tensor *kd_eye(kd_tensor *like, int64_t n);                               /* n,n */
kd_tensor *kd_copy(kd_tensor *x); /* same values, no gradient */
/* the gradient of loss(x, user), one number, with respect to x: a constant of x's shape. Nothing
 * that `loss` uses gets a gradient from it, and what it makes is gone afterwards. */
kd_tensor *kd_input_gradient(kd_tensor *x, kd_tensor *(*loss)(kd_tensor *x, void *user),
                             void *user);

/* what one channel of the input is made from: x = (value - mean) / sd, value within low..high */
typedef struct kd_pixel {
    kd_real mean, sd, low, high;
} kd_pixel;
/* Projected gradient ascent: `steps` times at += step * sign(gradient of loss(at, user)), then into
 * x +- eps, then into low..high. It begins at x + noise (of x's shape; NULL: none). Noise, eps and
 * step are in units of the pixels' values. A constant of x's shape. */
typedef struct kd_attack {
    kd_real eps, step;
    int steps;
    const kd_pixel *pixel; /* one a channel; NULL: values are x's own, without bounds */
} kd_attack;
kd_tensor *kd_pgd(kd_tensor *x, kd_tensor *noise, kd_attack how,
                  kd_tensor *(*loss)(kd_tensor *x, void *user), void *user);

/* ---- elementwise, one input ------------------------------------------ */

kd_tensor *kd_detach(kd_tensor *x);                       /* same values, stops gradients */
kd_tensor *kd_grad_reverse(kd_tensor *x, kd_real lambda); /* x forward, -lambda*g backward */
kd_tensor *kd_neg(kd_tensor *x);
kd_tensor *kd_scale(kd_tensor *x, kd_real a); /* a*x */
kd_tensor *kd_shift(kd_tensor *x, kd_real a); /* x + a */
kd_tensor *kd_exp(kd_tensor *x);
kd_tensor *kd_log(kd_tensor *x);
kd_tensor *kd_sqrt(kd_tensor *x); /* gradient 0 at x = 0 */
kd_tensor *kd_square(kd_tensor *x);
kd_tensor *kd_abs(kd_tensor *x);                           /* gradient 0 at 0 */
kd_tensor *kd_pow(kd_tensor *x, kd_real p);                /* x^p; integral p takes any sign of x */
kd_tensor *kd_recip(kd_tensor *x);                         /* 1/x */
kd_tensor *kd_clamp(kd_tensor *x, kd_real lo, kd_real hi); /* gradient 1 inside and at the ends */
kd_tensor *kd_relu(kd_tensor *x);                          /* gradient 0 at 0 */
kd_tensor *kd_relu6(kd_tensor *x);                         /* min(max(x,0),6) */
kd_tensor *kd_leaky_relu(kd_tensor *x, kd_real slope);
kd_tensor *kd_sigmoid(kd_tensor *x);
kd_tensor *kd_silu(kd_tensor *x); /* x * sigmoid(x) */
kd_tensor *kd_tanh(kd_tensor *x);
kd_tensor *kd_softplus(kd_tensor *x);  /* log(1+exp(x)), stable */
kd_tensor *kd_gelu(kd_tensor *x);      /* x P(x), P the normal distribution */
kd_tensor *kd_gelu_tanh(kd_tensor *x); /* x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))/2 */

/* ---- elementwise, two inputs; sizes broadcast as in numpy ------------- */

kd_tensor *kd_add(kd_tensor *a, kd_tensor *b);
kd_tensor *kd_sub(kd_tensor *a, kd_tensor *b);
kd_tensor *kd_mul(kd_tensor *a, kd_tensor *b);
kd_tensor *kd_div(kd_tensor *a, kd_tensor *b);
kd_tensor *kd_max(kd_tensor *a, kd_tensor *b);     /* ties: gradient to a */
kd_tensor *kd_min(kd_tensor *a, kd_tensor *b);     /* ties: gradient to a */
kd_tensor *kd_greater(kd_tensor *a, kd_tensor *b); /* 1 where a > b, else 0; no gradient */
kd_tensor *kd_add_n(kd_tensor *const *x, int n);   /* sum of n tensors of one shape */

/* ---- reductions ------------------------------------------------------- */

kd_tensor *kd_sum(kd_tensor *x);  /* all elements -> shape 1 */
kd_tensor *kd_mean(kd_tensor *x); /* all elements -> shape 1 */
kd_tensor *kd_sum_axis(kd_tensor *x, int axis);
kd_tensor *kd_mean_axis(kd_tensor *x, int axis);
kd_tensor *kd_mean_channels(kd_tensor *x);                     /* kd_mean_axis(x, -1) */
kd_tensor *kd_max_axis(kd_tensor *x, int axis);                /* ties: gradient to the first */
kd_tensor *kd_var_axis(kd_tensor *x, int axis, bool unbiased); /* divisor n-1 when unbiased */
kd_tensor *kd_lower_half(kd_tensor *x); /* 1 where at most the median of all, else 0; no gradient */
kd_tensor *kd_argmax(kd_tensor *x);     /* rows x classes -> i64 rows; first of ties */
kd_real kd_item(kd_tensor *x);          /* the one element of x; 0 when poisoned */

/* ---- shape ------------------------------------------------------------ */

kd_tensor *kd_reshape(kd_tensor *x, kd_shape s); /* one size may be -1 */
kd_tensor *kd_flatten(kd_tensor *x, int from);   /* joins axes from..last: 4,2,2,3 from 1 -> 4,12 */
kd_tensor *kd_places(kd_tensor *x);              /* N,H,W,C -> N,HW,C; N,P,C as it is */
kd_tensor *kd_transpose(kd_tensor *x, int a, int b);
kd_tensor *kd_permute(kd_tensor *x, const int *order); /* output axis i is input axis order[i] */
kd_tensor *kd_slice(kd_tensor *x, int axis, int64_t from, int64_t to); /* [from, to) */
kd_tensor *kd_concat(kd_tensor *const *x, int n, int axis);
kd_tensor *kd_broadcast_to(kd_tensor *x, kd_shape s);

/* ---- choosing --------------------------------------------------------- */

kd_tensor *kd_gather(kd_tensor *table, kd_tensor *index); /* rows: K,D and i64 [..] -> [..],D */
kd_tensor *kd_gather_or_zero(kd_tensor *table, kd_tensor *index); /* the same; zeros for -1 */
kd_tensor *kd_pick(kd_tensor *x, kd_tensor *label); /* N,C and i64 N -> N,1: x[n][label[n]] */
kd_tensor *kd_one_hot(kd_tensor *like, kd_tensor *label, int64_t classes); /* i64 N -> N,C */
kd_tensor *kd_others(kd_tensor *x, kd_tensor *label);  /* N,C -> N,C-1: x[n] less x[n][label[n]] */
kd_tensor *kd_same(kd_tensor *like, kd_tensor *label); /* i64 N -> N,N: 1 where two are equal */
kd_tensor *kd_take(kd_tensor *x, kd_tensor *index); /* N,C and i64 N,K -> N,K: x[n][index[n][k]] */
/* N,C -> i64 N,K: the places of each row's k largest, largest first; of equals the first first */
kd_tensor *kd_top(kd_tensor *x, int64_t k);
/* K,D table, i64 N,M index, N,D v -> N,M: <table[index[n][m]], v[n]>, without the gathered copy */
kd_tensor *kd_gather_dot(kd_tensor *table, kd_tensor *index, kd_tensor *v);

/* ---- products --------------------------------------------------------- */

kd_tensor *kd_matmul(kd_tensor *a, kd_tensor *b);               /* [B,]M,K x [B,]K,N -> [B,]M,N */
kd_tensor *kd_matmul_nt(kd_tensor *a, kd_tensor *b);            /* [B,]M,K x [B,]N,K -> [B,]M,N */
kd_tensor *kd_matmul_tn(kd_tensor *a, kd_tensor *b);            /* [B,]K,M x [B,]K,N -> [B,]M,N */
kd_tensor *kd_linear(kd_tensor *x, kd_tensor *w, kd_tensor *b); /* N,I; O,I; O or NULL -> N,O */
kd_tensor *kd_inverse(kd_tensor *a); /* n,n, symmetric and positive definite */
/* rows of x (N,D) against rows of y (M,D) -> N,M: max(|x|^2 + |y|^2 - 2xy, floor) */
kd_tensor *kd_pairwise_sqdist(kd_tensor *x, kd_tensor *y, kd_real floor);
/* rows of x (N,D) among themselves -> N,N: the same, but 0 on the diagonal */
kd_tensor *kd_sqdist_among(kd_tensor *x, kd_real floor);

/* ---- normalising ------------------------------------------------------ */

kd_tensor *kd_l2_normalize(kd_tensor *x, int axis); /* x / max(|x|, 1e-12) along one axis */
kd_tensor *kd_softmax(kd_tensor *x);                /* along the last axis, stable */
kd_tensor *kd_log_softmax(kd_tensor *x);
/* each row of C: (x - mean)/sqrt(variance + eps) * weight + bias; biased variance */
kd_tensor *kd_layer_norm(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, kd_real eps);
/* N,..,C; gamma C; beta C: gamma * (x - mean) / sqrt(var + eps) + beta, with the mean and the
 * biased variance of each sample's places and each group's C / groups channels */
kd_tensor *kd_groupnorm(kd_tensor *x, kd_tensor *gamma, kd_tensor *beta, int groups, kd_real eps);

/* ---- sequences ---------------------------------------------------------- */

/* q, k, v: N,L,D; head j has columns j*D/heads.. of each: softmax(q k^T / sqrt(D/heads)) v. Only
 * keys whose mask (N,L; NULL: all 1) is 1 are looked at; with `causal`, only those up to the row's
 * own. Where there is none to look at, the result is 0. */
kd_tensor *kd_attention(kd_tensor *q, kd_tensor *k, kd_tensor *v, int heads, kd_tensor *mask,
                        bool causal);
/* The same of sequences whose q, k and v are columns 0.., D.. and 2D..: N,L,3D, or R,3D where
 * sequence i is rows offset[i]..offset[i+1] (i64, N+1, from 0 to R) */
kd_tensor *kd_self_attention(kd_tensor *qkv, kd_tensor *offset, int heads, bool causal);
/* Texts one after the other, x R,I: relu(bias + sum over p of weight[j][:][p] . x[r + p]) of each
 * width j (weight O,k,I; bias O) side by side; 0 where room[r] (i64) is less than k positions. Rows
 * beyond the last are zeros. */
kd_tensor *kd_windows(kd_tensor *x, kd_tensor *room, kd_tensor *const *weight,
                      kd_tensor *const *bias, int n);
/* torch's LSTM, one layer, one direction, from zeros: x R,D, where text i is rows
 * offset[i]..offset[i+1]; w_ih 4H,D; w_hh 4H,H; biases 4H -> R,H. In reverse each text begins with
 * its last row. cells: NULL, or where the cell states go (R,H; no gradient). */
kd_tensor *kd_lstm(kd_tensor *x, kd_tensor *offset, kd_tensor *w_ih, kd_tensor *w_hh,
                   kd_tensor *b_ih, kd_tensor *b_hh, bool reverse, kd_tensor **cells);

/* ---- losses: mean over rows (all axes but the last) unless said otherwise ---- */

kd_tensor *kd_cross_entropy(kd_tensor *z, kd_tensor *label);      /* logits N,C; i64 N */
kd_tensor *kd_cross_entropy_rows(kd_tensor *z, kd_tensor *label); /* the same a row: N,1 */
kd_tensor *kd_soft_cross_entropy(kd_tensor *p, kd_tensor *logq);  /* -sum_c p log q */
kd_tensor *kd_kl(kd_tensor *p, kd_tensor *logq); /* sum_c p (log p - log q), 0 log 0 = 0 */
/* KL(softmax(zt/T) || softmax(zs/T)), fused; no T^2 */
kd_tensor *kd_kl_logits(kd_tensor *zs, kd_tensor *zt, kd_real T);
kd_tensor *kd_kl_rows(kd_tensor *zs, kd_tensor *zt, kd_real T); /* the same a row: N,1 */
/* of softmax(zt) and softmax(zs): KL between (p[label], 1 - p[label]), and among the other classes
 */
kd_tensor *kd_kl_label(kd_tensor *zs, kd_tensor *zt, kd_tensor *label);
kd_tensor *kd_kl_others(kd_tensor *zs, kd_tensor *zt, kd_tensor *label);
/* Scores z and positives (1 or 0), both N,N: mean over rows of -(mean over a row's positives of
 * log p), p the softmax of the row. The diagonal is left out of both; a row without positives gives
 * 0. */
kd_tensor *kd_contrast(kd_tensor *z, kd_tensor *positive);
/* sum of weight * x over the sum of the weights, which broadcast to x; 0 where they are all 0. No
 * gradient for the weights. */
kd_tensor *kd_mean_where(kd_tensor *x, kd_tensor *weight);
/* scores N,..,L of keys whose mask (N,L; NULL: all 1) is 0 become so low that softmax gives 0 */
kd_tensor *kd_mask_keys(kd_tensor *score, kd_tensor *mask);
/* a row: <a,b> / sqrt((|a|^2 + 1e-12) (|b|^2 + 1e-12)); N,C -> N,1 */
kd_tensor *kd_cosine(kd_tensor *a, kd_tensor *b);
/* N,L,D twice -> N,heads,L,L: a b^T / sqrt(D/heads) of each head's columns */
kd_tensor *kd_relation(kd_tensor *a, kd_tensor *b, int64_t heads);
/* KL(softmax(zt) || softmax(zs)) of scores N,heads,L,L over the keys that the mask (N,L or NULL)
 * has: mean over heads and a text's tokens, then over texts */
kd_tensor *kd_relation_kl(kd_tensor *zs, kd_tensor *zt, kd_tensor *mask);
kd_tensor *kd_mse(kd_tensor *a, kd_tensor *b);       /* mean over all elements */
kd_tensor *kd_l1(kd_tensor *a, kd_tensor *b);        /* mean over all elements */
kd_tensor *kd_smooth_l1(kd_tensor *a, kd_tensor *b); /* Huber, beta 1, mean over all elements */

/* ---- images (N,H,W,C) -------------------------------------------------- */

typedef struct kd_conv_spec {
    int64_t in, out;    /* channels */
    int kernel, stride; /* stride 0 means 1 */
    int pad;
    int groups; /* 0 means 1; = in: depthwise */
    bool bias;
    bool transposed; /* the gradient of a convolution: enlarges by the stride */
} kd_conv_spec;

/* weight: O,kh,kw,I/groups (transposed: I,kh,kw,O/groups); bias: O or NULL */
kd_tensor *kd_conv2d(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, int stride, int pad,
                     int groups);
kd_tensor *kd_conv_transpose2d(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, int stride,
                               int pad, int groups);
kd_tensor *kd_max_pool2d(kd_tensor *x, int kernel, int stride, int pad);
kd_tensor *kd_avg_pool2d(kd_tensor *x, int kernel, int stride, int pad); /* pad counted as zeros */
/* torch's windows: [floor(i*H/h), ceil((i+1)*H/h)) */
kd_tensor *kd_adaptive_avg_pool2d(kd_tensor *x, int64_t h, int64_t w);
kd_tensor *kd_global_avg_pool(kd_tensor *x);                         /* N,H,W,C -> N,C */
kd_tensor *kd_upsample_nearest(kd_tensor *x, int64_t h, int64_t w);  /* torch's index rule */
kd_tensor *kd_upsample_bilinear(kd_tensor *x, int64_t h, int64_t w); /* align_corners = false */
kd_tensor *kd_channel_shuffle(kd_tensor *x, int groups);
/* pool the larger of two maps to the smaller's height and width */
void kd_match_size(kd_tensor **a, kd_tensor **b);

/* ---- points (N,P,C: P points of each of N clouds) ----------------------- */

/* of equal distances the lower index comes first */
kd_tensor *kd_farthest_points(kd_tensor *x, int64_t k); /* i64 N,k: 0, then always the farthest */
/* x N,P,C and at N,S,C -> i64 N,S,k: the k of x nearest to each of at, nearest first */
kd_tensor *kd_nearest(kd_tensor *x, kd_tensor *at, int64_t k);
/* the same: the first k within the radius in order of index, then the first again; where there is
 * none, the nearest */
kd_tensor *kd_ball_query(kd_tensor *x, kd_tensor *at, kd_real radius, int64_t k);
kd_tensor *kd_group(kd_tensor *x, kd_tensor *index); /* N,P,C and i64 N,.. -> N,..,C: x[n][index] */
/* rows,C and i64 n+1 offsets -> n,C: over rows offset[i]..offset[i+1]; 0 where there are none */
kd_tensor *kd_segment_sum(kd_tensor *x, kd_tensor *offset);
kd_tensor *kd_segment_mean(kd_tensor *x, kd_tensor *offset);
kd_tensor *kd_segment_max(kd_tensor *x, kd_tensor *offset); /* ties: gradient to the first */

/* ---- layers: parameters in a scope, named as torch names them ---------- */

enum kd_act { KD_ACT_NONE, KD_ACT_RELU, KD_ACT_RELU6, KD_ACT_LEAKY }; /* LEAKY: slope 0.1 */

kd_layer *kd_conv2d_new(kd_scope *in, const char *name, kd_conv_spec spec);
/* RepDistiller's regressor from one map's channels and height to another's, with bias: kernel 3,
 * stride 2 where it is twice as high; transposed, kernel 4, stride 2 where it is half; kernel
 * 1 + difference where it is higher; else kernel 1, and the caller matches sizes */
kd_conv_spec kd_conv_between(const kd_tensor *from, const kd_tensor *to);
kd_layer *kd_linear_new(kd_scope *in, const char *name, int64_t from, int64_t to); /* with bias */
kd_layer *kd_linear_nobias_new(kd_scope *in, const char *name, int64_t from, int64_t to);
kd_layer *kd_batchnorm_new(kd_scope *in, const char *name,
                           int64_t channels); /* eps 1e-5, keep .9 */
kd_layer *kd_layernorm_new(kd_scope *in, const char *name, int64_t width, kd_real eps);
/* i64 [..] -> [..],width: row x of `weight`; drawn from the normal distribution */
kd_layer *kd_embedding_new(kd_scope *in, const char *name, int64_t rows, int64_t width);
kd_layer *kd_groupnorm_new(kd_scope *in, const char *name, int64_t channels,
                           int groups); /* eps 1e-5 */
kd_tensor *kd_apply(kd_layer *layer, kd_tensor *x);
/* the same without a gradient for its weights: convolutions and linear layers */
kd_tensor *kd_apply_frozen(kd_layer *layer, kd_tensor *x);
/* act(batchnorm(x) + residual); residual may be NULL; one pass over memory */
kd_tensor *kd_apply_bn_act(kd_layer *bn, kd_tensor *x, kd_tensor *residual, enum kd_act act);
/* act(bn(conv(x)) + residual): in a frozen network the batch-norm is folded into the convolution */
kd_tensor *kd_apply_conv_bn(kd_layer *conv, kd_layer *bn, kd_tensor *x, kd_tensor *residual,
                            enum kd_act act);
/* the largest over the last axis but one of bn(conv(x)), conv 1x1: N,..,K,I -> N,..,O. The map
 * between is not kept. An activation that never falls may follow: it commutes with the largest. */
kd_tensor *kd_apply_conv_bn_max(kd_layer *conv, kd_layer *bn, kd_tensor *x);
/* EdgeConv: x N,P,C and neighbours i64 N,P,k -> N,P,O: the largest over neighbours j of
 * bn(conv(x_j - x_i, x_i)), conv 1x1 without bias, from 2C */
kd_tensor *kd_apply_edge_conv(kd_layer *conv, kd_layer *bn, kd_tensor *x, kd_tensor *index);
/* "weight", "bias", "running_mean", "running_var"; NULL when it has none */
kd_tensor *kd_layer_tensor(kd_layer *layer, const char *name);
/* batch-norm: what went into it in this step; its statistics are kd_layer_tensor's */
kd_tensor *kd_batchnorm_input(kd_layer *bn);

/* how a fresh weight is drawn; biases of kaiming_* are 0 */
enum kd_init { KD_INIT_TORCH, KD_INIT_KAIMING_FAN_OUT, KD_INIT_NORMAL_001, KD_INIT_NORMAL_FAN_OUT };
void kd_layer_init(kd_layer *layer, enum kd_init how); /* redraws; default is torch's */

/* ---- scopes and buffers: what a method or model owns ------------------- */

kd_scope *kd_scope_new(kd_scope *in, const char *name);
/* "conv3" from "conv" and 3, for a name: in one of a few static buffers, good for one call */
const char *kd_numbered(const char *name, int64_t number);
kd_tensor *kd_param_new(kd_scope *in, const char *name, kd_shape s);  /* trained; zero */
kd_tensor *kd_buffer_new(kd_scope *in, const char *name, kd_shape s); /* saved, not trained; zero */
kd_tensor *kd_buffer_i64_new(kd_scope *in, const char *name, kd_shape s);
void kd_fill(kd_tensor *param_or_buffer, kd_real value);
void kd_fill_normal(kd_tensor *param_or_buffer, kd_rng *rng, kd_real mean, kd_real sd);
void kd_fill_uniform(kd_tensor *param_or_buffer, kd_rng *rng, kd_real lo, kd_real hi);
void kd_assign(kd_tensor *param_or_buffer, kd_tensor *value); /* copies; same number of elements */
void kd_assign_rows(kd_tensor *buffer, kd_tensor *index, kd_tensor *rows);
/* a trainable parameter that no phase reaches, and why: check does not ask for its gradient */
void kd_declare_unused(kd_layer *layer, const char *reason);

#endif
