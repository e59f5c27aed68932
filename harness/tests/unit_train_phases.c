/* Which phase an epoch belongs to, and phases that cannot be. */
#include "tests/test.h"
#include "train/phases.h"

struct self {
    int first, second;
};
static const kd_option options[] = { KD_INT(struct self, first, 1, 0, 100, "epochs"),
                                     KD_INT(struct self, second, 2, 0, 100, "epochs"),
                                     { 0 } };

static int plan(const kd_phase *phases, struct self self, int nepochs, kdi_plan *out)
{
    kd_method m = { .name = "toy", .options = options, .phases = phases };
    kd_error_clear();
    return kdi_phase_plan(&m, &self, nepochs, out);
}

TEST("phases take the epochs that their options give, the last one the rest")
{
    static const kd_phase phases[] = { { .name = "a", .epochs = "first" },
                                       { .name = "b", .epochs = "second" },
                                       { .name = "c" },
                                       { 0 } };
    static const char *const wanted[] = { "a", "b", "b", "c", "c" };
    kdi_plan p;
    CHECK_INT(plan(phases, (struct self){ 1, 2 }, 5, &p), KD_OK);
    for (int i = 0; i < 5; i++)
        CHECK_TEXT(kdi_phase_at(&p, i)->name, wanted[i]);
    CHECK_INT(plan(phases, (struct self){ 0, 0 }, 5, &p), KD_OK);
    CHECK_TEXT(kdi_phase_at(&p, 0)->name, "c");
}

TEST("phases longer or shorter than the run are refused")
{
    static const kd_phase phases[] = { { .name = "a", .epochs = "first" }, { 0 } };
    kdi_plan p;
    CHECK_INT(plan(phases, (struct self){ 6, 0 }, 5, &p), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "want 6 epochs, the run has 5");
    CHECK_INT(plan(phases, (struct self){ 4, 0 }, 5, &p), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "end after 4 of 5");
}

TEST("a phase that trains the teacher, or takes its length from no option, is refused")
{
    static const kd_phase teacher[] = { { .name = "a", .train = KD_TRAIN_TEACHER }, { 0 } };
    static const kd_phase unknown[] = { { .name = "a", .epochs = "third" }, { 0 } };
    kdi_plan p;
    CHECK_INT(plan(teacher, (struct self){ 1, 1 }, 5, &p), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "trains the teacher");
    CHECK_INT(plan(unknown, (struct self){ 1, 1 }, 5, &p), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "'third'");
}

TEST("more phases than there is room for are refused")
{
    kd_phase phases[KDI_MAX_PHASES + 2] = { { 0 } };
    kdi_plan p;
    for (int i = 0; i <= KDI_MAX_PHASES; i++)
        phases[i] = (kd_phase){ .name = "a", .epochs = "first" };
    CHECK_INT(plan(phases, (struct self){ 1, 0 }, 1000, &p), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "more than");
}

TEST_MAIN
