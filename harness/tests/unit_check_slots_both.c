/* What a method may declare and the trainer must then do: second images, branches, losses of its
 * own networks, predictions of its own, more images than the batch has. */
#include "check/toy.h"
#include "tests/check_tools.h"

#include <math.h>
#include <string.h>

static kdi_trainer *opened(kd_method m, const kdi_toy *toy)
{
    kdi_trainer *t = NULL;
    kd_error_clear();
    toy_shared = m;
    if (!toy_arena) {
        toy_arena = kdi_arena_new("test");
        CHECK_INT(kdi_registry_open(), KD_OK);
        CHECK_INT(kdi_registry_add(&toy_shared, "test"), KD_OK);
    }
    if (kdi_toy_open(&t, &toy_shared, toy, toy_arena) != KD_OK)
        fail_msg("%s", kd_error_message());
    return t;
}

static void step(kdi_trainer *t)
{
    kdi_data_order(t->data, t->seed, 0, t->order);
    if (kdi_trainer_step(t, t->order) != KD_OK)
        fail_msg("%s", kd_error_message());
}

/* ---- second images --------------------------------------------------------------------- */

static void look_at_both(kd_step *s, void *self)
{
    toy_loss(s, self);
    kd_term(s, "second", 1, kd_mse(s->student->logits, s->student2->logits));
    CHECK(s->teacher2 && s->teacher2->logits != s->teacher->logits);
    CHECK(memcmp(kd_reals(s->input), kd_reals(s->input2), 64) != 0);
}

TEST("a second view of a sample is another image, seen by student and teacher")
{
    for (int second = KD_SECOND_VIEW; second <= KD_SECOND_CLASS; second++) {
        kd_method m = toy_method();
        m.second = (enum kd_second)second;
        m.loss = look_at_both;
        kdi_trainer *t = opened(m, NULL);
        step(t);
        CHECK(kdi_step_term(&t->host, "second")->value > 0);
        kdi_toy_close(t);
    }
}

static int64_t seen_class[KDI_TOY_BATCH];
static kdi_trainer *looked_at;

/* which training image is input2's row i? */
static void find_classmates(kd_step *s, void *self)
{
    const kdi_part *train = &looked_at->data->part[KD_TRAIN];
    toy_loss(s, self);
    for (int64_t k = 0; k < train->n; k++) {
        kdi_ask ask = { .split = KD_TRAIN, .sample = &k, .n = 1 };
        kd_tensor *x = kdi_data_batch(looked_at->engine, looked_at->data, &ask)->input[KD_IMAGE];
        size_t one = (size_t)kd_numel(x);
        for (int64_t i = 0; i < s->batch; i++)
            if (memcmp(kd_reals(s->input2) + (size_t)i * one, kd_reals(x), one * sizeof(kd_real)) ==
                    0 &&
                k != kd_i64s(s->index)[i])
                seen_class[i] = train->label[k];
    }
}

TEST("a second image of the same class is another image of that class")
{
    kd_method m = toy_method();
    m.second = KD_SECOND_CLASS;
    m.loss = find_classmates;
    kdi_trainer *t = looked_at = opened(m, NULL);
    memset(seen_class, 0xff, sizeof seen_class);
    step(t);
    for (int64_t i = 0; i < KDI_TOY_BATCH; i++)
        CHECK_INT(seen_class[i], t->data->part[KD_TRAIN].label[t->order[i]]);
    kdi_toy_close(t);
}

/* ---- branches ------------------------------------------------------------------------------ */

static void mutual(kd_step *s, void *self)
{
    const struct toy_self *o = self;
    kd_term(s, "kd", 1, kd_kl_logits(s->student[0].logits, s->student[1].logits, o->T));
    kd_label_term(s, 1, kd_cross_entropy(s->student[1].logits, s->label));
}

static const kd_option branch_options[] = {
    KD_REAL(struct toy_self, T, 4, 0.1, 100, "temperature"),
    KD_INT(struct toy_self, count, 2, -1, 8, "the last tap that is shared"),
    { 0 },
};

static kd_method branching(void)
{
    kd_method m = toy_method();
    m.scheme = KD_ONLINE;
    m.students.min = m.students.max = 2;
    m.trunk = "count";
    m.options = branch_options;
    m.loss = mutual;
    return m;
}

static int count_tracked(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)path;
    (void)unused;
    ((int *)user)[0] += (x->flags & KDI_PARAM) != 0;
    ((int *)user)[1] += (x->flags & KDI_TRACKED) != 0;
    return KD_OK;
}

TEST("branches begin where the first student's trunk ends, and keep no trunk to train")
{
    int first[2] = { 0 }, second[2] = { 0 };
    kdi_trainer *t = opened(branching(), NULL);
    step(t);
    CHECK(t->student_view[1].tap[1].x == NULL);
    CHECK(t->student_view[1].tap[2].x == t->student_view[0].tap[2].x);
    CHECK(t->student_view[1].tap[3].x != t->student_view[0].tap[3].x);
    kdi_scope_each(t->student[0]->scope, count_tracked, first);
    kdi_scope_each(t->student[1]->scope, count_tracked, second);
    CHECK_INT(first[1], first[0]);
    CHECK(second[1] > 0 && second[1] < second[0]);
    kdi_toy_close(t);
}

TEST("a trunk longer than the network ends at the last tap that leaves something")
{
    kdi_trainer *t = NULL;
    kdi_toy_close(opened(branching(), NULL));
    kd_value *options = kd_map(toy_arena);
    kd_set_int(options, "count", 8);
    CHECK_INT(kdi_toy_open(&t, &toy_shared, &(kdi_toy){ .options = options }, toy_arena), KD_OK);
    CHECK_INT(t->trunk, t->student[0]->ntap - 2);
    step(t);
    CHECK(t->student_view[1].tap[t->trunk].x == t->student_view[0].tap[t->trunk].x);
    CHECK(t->student_view[1].pooled != t->student_view[0].pooled);
    kdi_toy_close(t);
}

/* ---- a loss of the method's own networks in each step ---------------------------------------- */

static kd_tensor *own;
static double own_after_first;

static void make_own(kd_build *b, void *self)
{
    (void)self;
    own = kd_param_new(b->scope, "own", KD_SHAPE(1));
    kd_fill(own, 1);
}

static void own_loss(kd_step *s, void *self)
{
    (void)self;
    kd_term(s, "own", 1, kd_add(kd_sum(own), kd_mean(s->student->logits)));
}

static void main_loss(kd_step *s, void *self)
{
    own_after_first = (double)kd_item(own);
    toy_loss(s, self);
    kd_term(s, "main", 1, kd_sum(kd_scale(own, 100)));
}

TEST("an alternating phase updates the method's networks, before the main loss and alone")
{
    static const kd_phase phases[] = {
        { .name = "own", .loss = own_loss, .train = KD_TRAIN_METHOD, .alternate = true },
        { .name = "main", .loss = main_loss, .train = KD_TRAIN_STUDENT },
        { 0 },
    };
    kd_method m = toy_method(), plain = toy_method();
    m.setup = make_own;
    m.phases = phases;
    m.loss = NULL;
    kdi_trainer *t = opened(m, NULL);
    step(t);
    CHECK_NEAR(own_after_first, 1 - 0.02, 1e-6); /* lr 0.02, gradient 1 */
    CHECK_NEAR((double)kd_item(own), own_after_first, 0);
    CHECK_NEAR(kdi_step_term(&t->host, "main")->value, 100 * own_after_first, 1e-4);
    kd_tensor *w = kdi_scope_find(t->students, "0.conv1.weight");
    kd_real with = kd_reals(w)[0];
    kdi_toy_close(t);
    t = opened(plain, NULL);
    step(t);
    CHECK_NEAR((double)kd_reals(kdi_scope_find(t->students, "0.conv1.weight"))[0], (double)with, 0);
    kdi_toy_close(t);
}

/* ---- predictions -------------------------------------------------------------------------------
 */

static kd_tensor *always_first(kd_step *s, void *self)
{
    (void)self;
    CHECK(s->student->logits && s->input);
    kd_tensor *z = kd_zeros_like(s->student->logits, kd_shape_of(s->student->logits));
    for (int64_t i = 0; i < kd_rows(z); i++)
        kd_reals(z)[i * kd_channels(z)] = 1;
    return z;
}

TEST("evaluation scores what the method predicts")
{
    kd_method m = toy_method();
    double value[16], loss;
    m.predict = always_first;
    kdi_trainer *t = opened(m, NULL);
    CHECK_INT(kdi_evaluate(t, KD_TEST, value, t->arena, NULL), KD_OK);
    loss = NAN;
    for (int i = 0; i < t->track->nmetric; i++)
        if (strcmp(t->track->metric[i].name, "top1") == 0)
            loss = value[i];
    CHECK_NEAR(loss, 25, 1e-9); /* a quarter of the test images is of class 0 */
    kdi_toy_close(t);
}

/* ---- more images
 * ----------------------------------------------------------------------------------- */

static void twice(kd_step *s, void *self)
{
    (void)self;
    kd_replace_input(s, kd_concat((kd_tensor *[]){ s->input, kd_neg(s->input) }, 2, 0));
}

static void half_again(kd_step *s, void *self)
{
    (void)self;
    kd_replace_input(s, kd_slice(s->input, 0, 0, s->batch / 2));
}

static void loss_of_twice(kd_step *s, void *self)
{
    (void)self;
    CHECK_INT(kd_rows(s->student->logits), 2 * s->batch);
    CHECK_INT(kd_rows(s->teacher->logits), 2 * s->batch);
    CHECK_INT(kd_numel(s->label), s->batch);
    kd_term(s, "kd", 1, kd_kl_logits(s->student->logits, s->teacher->logits, 4));
}

TEST("networks may see twice the batch, and never half of it")
{
    kd_method m = toy_method();
    m.batch = twice;
    m.loss = loss_of_twice;
    kdi_trainer *t = opened(m, NULL);
    step(t);
    kdi_toy_close(t);
    m.batch = half_again;
    t = opened(m, NULL);
    kdi_data_order(t->data, t->seed, 0, t->order);
    CHECK(kdi_trainer_step(t, t->order) != KD_OK);
    CHECK_HAS(kd_error_message(), "multiple of the batch's");
    kd_error_clear();
    kdi_toy_close(t);
}

/* ---- teachers
 * --------------------------------------------------------------------------------------- */

static void pairs_of_both(kd_step *s, void *self)
{
    (void)self;
    for (int k = 0; k < 2; k++) {
        CHECK_INT(s->pairs[k].n, 1);
        CHECK(s->pairs[k].at[0].s == s->pair[0].s);
        CHECK(s->pairs[k].at[0].t == s->teacher[k].tap[3].x);
    }
    kd_term(s, "kd", 1, kd_mse(s->student->logits, s->teacher[1].logits));
}

TEST("the student is paired with every teacher")
{
    kd_method m = toy_method();
    m.teachers.min = m.teachers.max = 2;
    m.taps = KD_TAPS_LAST;
    m.loss = pairs_of_both;
    kdi_trainer *t = opened(m, NULL);
    step(t);
    kdi_toy_close(t);
}

static void run_itself(kd_step *s, void *self)
{
    (void)self;
    CHECK(kd_is_poisoned(s->teacher->logits));
    kd_view v = kd_net_forward(s->teacher->net, s->input);
    kd_term(s, "kd", 1, kd_kl_logits(s->student->logits, v.logits, 4));
}

TEST("a method that runs its teacher itself finds the network and nothing else")
{
    kd_method m = toy_method();
    m.need = KD_NEED_TEACHER_NET;
    m.loss = run_itself;
    kdi_trainer *t = opened(m, NULL);
    step(t);
    CHECK(kdi_step_term(&t->host, "kd")->value > 0);
    kdi_toy_close(t);
}

TEST_MAIN
