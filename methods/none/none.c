/* No distillation: the student learns from the labels alone. What every method must beat. */
#include <kd/method.h>

struct none {
    kd_real ce;
};

static void loss(kd_step *s, void *self)
{
    const struct none *o = self;
    kd_label_term(s, o->ce, kd_cross_entropy(s->student->logits, s->label));
}

static const kd_option options[] = {
    KD_REAL(struct none, ce, 1, 0, 1e3, "weight of the label loss"),
    { 0 },
};

KD_METHOD(none, .title = "Plain student",
          .notes = "ce * CE(y, z). CE: mean over the batch. No teacher is read.",
          .cite = { .key = "mansourian2025",
                    .authors = "Mansourian, Ahmadi, Ghafouri, Babaei, Golezani, Yasamani Ghamchi, "
                               "Ramezanian, Taherian, Dinashi, Miri, Kasaei",
                    .title = "A Comprehensive Survey on Knowledge Distillation",
                    .venue = "arXiv",
                    .year = 2025,
                    .url = "https://arxiv.org/abs/2503.12067" },
          .scheme = KD_OFFLINE, .source = KD_RESPONSE, .category = "Baseline", .baseline = true,
          .props = KD_PROP_PERMUTE_BATCH | KD_PROP_SHIFT_LOGITS, .self_size = sizeof(struct none),
          .options = options, .loss = loss);
