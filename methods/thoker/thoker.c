/* A few students of one kind of data learn the class that a teacher sees in another, and from each
 * other. */
#include <kd/method.h>

struct thoker {
    kd_real ce, hard, mutual, T;
};

static void loss(kd_step *s, void *self)
{
    const struct thoker *o = self;
    kd_tensor *seen = kd_argmax(s->teacher->logits);
    kd_real weight = o->mutual * o->T * o->T / (kd_real)(s->nstudent - 1);

    for (int i = 0; i < s->nstudent; i++) {
        kd_tensor *z = s->student[i].logits;
        kd_label_term(s, o->ce, kd_cross_entropy(z, s->label));
        kd_term(s, "hard", o->hard, kd_cross_entropy(z, seen));
        for (int j = 0; j < s->nstudent; j++)
            if (j != i)
                kd_term(s, "mutual", weight,
                        kd_kl_logits(z, kd_detach(s->student[j].logits), o->T));
    }
}

static const kd_option options[] = {
    KD_REAL(
        struct thoker, ce, 0, 0, 1e3,
        "weight of each student's label loss (the paper: 0, the student's data have no labels)"),
    KD_REAL(struct thoker, hard, 1, 0, 1e3, "weight of the teacher's class"),
    KD_REAL(struct thoker, mutual, 1, 0, 1e3, "weight of what the other students say"),
    KD_REAL(struct thoker, T, 1, 0.1, 100, "temperature of both softmaxes between students"),
    { 0 },
};

KD_METHOD(
    thoker, .title = "Cross-modal distillation with mutual learning",
    .notes =
        "Sum over students i of hard * CE(argmax zt, zi) + mutual * T^2 * mean over j != i of "
        "KL(softmax(zj/T) || softmax(zi/T)), students j held constant, + ce * CE(y, zi). CE and "
        "KL: "
        "mean over the batch. The teacher is fed another kind of data of the same samples; as in "
        "the paper its class alone is passed on, and nothing is learned from labels unless ce > 0. "
        "All students learn from one forward pass; the first is scored. No vectors of the authors' "
        "code exist: those here are derived from the paper's description (derive.py).",
    .cite = { .key = "thoker2019",
              .authors = "Thoker, Gall",
              .title = "Cross-Modal Knowledge Distillation for Action Recognition",
              .venue = "ICIP",
              .year = 2019,
              .url = "https://arxiv.org/abs/1910.04641" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE, .category = "Algorithms/Cross-modal",
    .students = { 2, 8 }, .need = KD_NEED_LOGITS,
    .props = KD_PROP_NONNEGATIVE | KD_PROP_SHIFT_LOGITS | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct thoker), .options = options, .loss = loss);
