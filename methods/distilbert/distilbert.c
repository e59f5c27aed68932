/* DistilBERT: the teacher's softened predictions, and hidden states that point its way. */
#include <kd/method.h>

struct distilbert {
    kd_real ce, kd, T, cos, mse;
    bool restrict_to_labels;
};

static void setup(kd_build *b, void *self)
{
    const struct distilbert *o = self;
    if (o->cos <= 0)
        return;
    if (b->npair < 1 || kd_ndim(b->pair->s) != 3) {
        kd_not_applicable("distilbert: the last stage is no sequence of hidden states");
        return;
    }
    if (kd_channels(b->pair->s) != kd_channels(b->pair->t))
        kd_not_applicable("distilbert: hidden states of %lld and %lld channels have no cosine",
                          (long long)kd_channels(b->pair->s), (long long)kd_channels(b->pair->t));
}

/* labels below 0 (torch: -100) are no labels: 1 where there is one; and class 0 in their place */
static kd_tensor *labelled(kd_step *s, kd_tensor **label)
{
    kd_tensor *z = s->student->logits;
    kd_tensor *yes = kd_full_like(z, KD_SHAPE(kd_rows(z), 1), 1);
    const int64_t *given = kd_i64s(s->label);
    *label = kd_from_i64s(z, KD_SHAPE(kd_rows(z)), given);
    for (int64_t i = 0; i < kd_rows(z); i++)
        if (given[i] < 0)
            kd_reals(yes)[i] = (kd_real)(kd_i64s(*label)[i] = 0);
    return yes;
}

/* one row a token: not the padding; one row a sample: all */
static kd_tensor *selected(kd_step *s, const struct distilbert *o, kd_tensor *with_label)
{
    kd_tensor *z = s->student->logits;
    if (o->restrict_to_labels)
        return with_label;
    if (s->mask && kd_rows(z) != s->batch)
        return kd_reshape(s->mask, KD_SHAPE(kd_rows(z), 1));
    return kd_full_like(z, KD_SHAPE(kd_rows(z), 1), 1);
}

static kd_tensor *cosine(kd_step *s)
{
    kd_tensor *away = kd_shift(kd_neg(kd_cosine(s->pair->s, s->pair->t)), 1); /* N,L,1 */
    if (!s->mask)
        return kd_mean(away);
    return kd_mean_where(away, kd_reshape(s->mask, kd_shape_of(away)));
}

static void loss(kd_step *s, void *self)
{
    const struct distilbert *o = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits, *label;
    kd_tensor *with_label = labelled(s, &label), *rows = selected(s, o, with_label);

    kd_label_term(s, o->ce, kd_mean_where(kd_cross_entropy_rows(zs, label), with_label));
    kd_term(s, "kd", o->kd * o->T * o->T, kd_mean_where(kd_kl_rows(zs, zt, o->T), rows));
    if (o->mse > 0)
        kd_term(s, "mse", o->mse, kd_mean_where(kd_sum_axis(kd_square(kd_sub(zs, zt)), -1), rows));
    if (o->cos > 0)
        kd_term(s, "cos", o->cos, cosine(s));
}

static const kd_option options[] = {
    KD_REAL(struct distilbert, ce, 2, 0, 1e3, "weight of the label loss (the authors' alpha_mlm)"),
    KD_REAL(struct distilbert, kd, 5, 0, 1e3,
            "weight of the softened predictions (the authors' alpha_ce)"),
    KD_REAL(struct distilbert, T, 2, 0.1, 100, "their temperature"),
    KD_REAL(struct distilbert, cos, 1, 0, 1e3,
            "weight of the cosine distance of the last hidden states"),
    KD_REAL(struct distilbert, mse, 0, 0, 1e3, "weight of the squared distance of the logits"),
    KD_BOOL(struct distilbert, restrict_to_labels, false,
            "predictions of tokens: only of those with a label (restrict_ce_to_mask)"),
    { 0 },
};

KD_METHOD(
    distilbert, .title = "DistilBERT",
    .notes = "ce * CE(y, zs) + kd * T^2 * KL(softmax(zt/T) || softmax(zs/T)) + mse * |zs - zt|^2 + "
             "cos * (1 - cos(hs, ht)). KL and squares: sum over classes, mean over rows: samples, "
             "or where each token has logits the tokens that are not padding. Cosine: mean over "
             "tokens of the last hidden state. CE: rows whose label is not negative. Weights as "
             "the authors' training script, whose labels are masked words; here they are classes. "
             "Their student begins with every second layer of the teacher: here with random "
             "weights.",
    .cite = { .key = "sanh2019",
              .authors = "Sanh, Debut, Chaumond, Wolf",
              .title = "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and "
                       "lighter",
              .venue = "NeurIPS workshop on Energy Efficient Machine Learning",
              .year = 2019,
              .url = "https://arxiv.org/abs/1910.01108" },
    .scheme = KD_OFFLINE, .source = KD_RESPONSE | KD_FEATURE,
    .category = "Applications/Large Language Models", .taps = KD_TAPS_LAST, .rows = true,
    .need = KD_NEED_LABELS,
    .props = KD_PROP_ZERO_WHEN_EQUAL | KD_PROP_NONNEGATIVE | KD_PROP_PERMUTE_BATCH,
    .self_size = sizeof(struct distilbert), .options = options, .setup = setup, .loss = loss);
