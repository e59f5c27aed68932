/* InfoNCE: tell the teacher's embedding of the same image from those of images seen before. */
#include <kd/method.h>

enum { LINEAR, NONE };

struct infonce {
    kd_real ce, beta, T;
    int K, embed;
    kd_layer *layer;
    kd_tensor *queue; /* D,K: teacher embeddings at unit length, the newest first */
    kd_tensor *key;   /* this step's: N,D */
};

static void setup(kd_build *b, void *self)
{
    struct infonce *m = self;
    int64_t from = b->student.pooled.d[1], width = b->teacher.pooled.d[1];
    if (m->embed == LINEAR)
        m->layer = kd_linear_new(b->scope, "embed", from, width);
    else if (from != width)
        kd_fail("embed = none wants pooled features of one width, they have %lld and %lld",
                (long long)from, (long long)width);
    m->queue = kd_buffer_new(b->scope, "queue", KD_SHAPE(width, m->K));
    kd_fill_normal(m->queue, b->rng, 0, 1);
    kd_assign(m->queue, kd_l2_normalize(m->queue, 0));
}

static void embed(kd_step *s, void *self, kd_tensor **query, kd_tensor **key)
{
    const struct infonce *m = self;
    kd_tensor *fs = s->student->pooled;
    *query = kd_l2_normalize(m->embed == LINEAR ? kd_apply(m->layer, fs) : fs, 1);
    *key = kd_l2_normalize(s->teacher->pooled, 1);
}

static void loss(kd_step *s, void *self)
{
    struct infonce *m = self;
    kd_tensor *query;
    embed(s, m, &query, &m->key);

    kd_tensor *same = kd_sum_axis(kd_mul(query, m->key), 1), *past = kd_matmul(query, m->queue);
    kd_tensor *score = kd_scale(kd_concat((kd_tensor *[]){ same, past }, 2, 1), 1 / m->T);
    kd_tensor *found = kd_slice(kd_log_softmax(score), 1, 0, 1);

    kd_label_term(s, m->ce, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "infonce", m->beta, kd_neg(kd_mean(found)));
}

/* the batch's keys in, the oldest out */
static void after(kd_step *s, void *self)
{
    struct infonce *m = self;
    int64_t n = s->batch < m->K ? s->batch : m->K;
    kd_tensor *fresh = kd_transpose(kd_slice(m->key, 0, 0, n), 0, 1);
    kd_tensor *kept = kd_slice(m->queue, 1, 0, m->K - n);
    kd_assign(m->queue, kd_concat((kd_tensor *[]){ fresh, kept }, 2, 1));
}

static const char *const embeds[] = { "linear", "none", NULL };

static const kd_option options[] = {
    KD_REAL(struct infonce, ce, 1, 0, 1e3, "weight of the label loss"),
    KD_REAL(struct infonce, beta, 1, 0, 1e4, "weight of the contrastive loss"),
    KD_REAL(struct infonce, T, 0.07, 0.02, 100, "temperature of the cosines"),
    KD_INT(struct infonce, K, 4096, 1, 1 << 17,
           "teacher embeddings of past images to tell from (MoCo: 65536 for ImageNet)"),
    KD_CHOICE(
        struct infonce, embed, LINEAR, embeds,
        "linear: the student's features through a layer to the teacher's width; none: as they "
        "are"),
    { 0 },
};

KD_METHOD(
    infonce, .title = "InfoNCE with a queue of teacher embeddings",
    .notes =
        "ce * CE(y, zs) + beta * mean over the batch of -log(exp(<q, k>/T) / (exp(<q, k>/T) + sum "
        "over the queue of exp(<q, k'>/T))). k: the teacher's pooled features at unit length; q: "
        "the student's, through a linear layer, at unit length. The queue is the last K keys of "
        "earlier steps, at first random directions; it holds other images of the same class as "
        "well. As MoCo's loss, with a teacher in the place of its momentum encoder, and one view "
        "of each image; K is that of MoCo's demonstration on CIFAR-10. For two views and a class' "
        "images as positives see supcon.",
    .cite = { .key = "oord2018",
              .authors = "van den Oord, Li, Vinyals",
              .title = "Representation Learning with Contrastive Predictive Coding",
              .venue = "arXiv",
              .year = 2018,
              .url = "https://arxiv.org/abs/1807.03748" },
    .scheme = KD_OFFLINE, .source = KD_RELATION | KD_FEATURE, .category = "Algorithms/Contrastive",
    .props = KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH, .self_size = sizeof(struct infonce),
    .options = options, .setup = setup, .loss = loss, .after = after, .embed = embed);
