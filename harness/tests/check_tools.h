/* check_tools.h - methods made for tests of the check itself: a right one to change, and what a
 * point says of one. */
#ifndef KDI_CHECK_TOOLS_H
#define KDI_CHECK_TOOLS_H

#include "check/verdict.h"
#include "tests/test.h"
#include "train/registry.h"

struct toy_self {
    kd_real weight, T;
    int hint_layer, count;
    kd_tensor *extra;
    kd_net *teacher;
};

static void toy_loss(kd_step *s, void *self)
{
    const struct toy_self *o = self;
    kd_label_term(s, 1, kd_cross_entropy(s->student->logits, s->label));
    kd_term(s, "kd", o->weight, kd_kl_logits(s->student->logits, s->teacher->logits, o->T));
}

static const kd_option toy_options[] = {
    KD_REAL(struct toy_self, weight, 1, 0, 100, "weight"),
    KD_REAL(struct toy_self, T, 4, 0.1, 100, "temperature"),
    { 0 },
};

/* nothing is wrong with it */
static kd_method toy_method(void)
{
    return (
        kd_method){ .abi = KD_ABI,
                    .size = sizeof(kd_method),
                    .name = "toy",
                    .title = "A method for tests",
                    .cite = { "key", "Nobody", "Nothing", "Nowhere", "https://example.org", 2000 },
                    .source = KD_RESPONSE,
                    .category = "Tests",
                    .self_size = sizeof(struct toy_self),
                    .options = toy_options,
                    .loss = toy_loss };
}

static kdi_arena *toy_arena;
static kd_method toy_shared; /* trainers find it by name, so it is registered once */

/* the first fault of a point, "" when it passes */
static inline const char *fault_of(void (*point)(const kd_method *, kdi_verdict *), kd_method m)
{
    kd_error_clear();
    toy_shared = m;
    if (!toy_arena) {
        toy_arena = kdi_arena_new("test");
        CHECK_INT(kdi_registry_open(), KD_OK);
        CHECK_INT(kdi_registry_add(&toy_shared, "test"), KD_OK);
    }
    kdi_verdict v = { .arena = toy_arena };
    point(&toy_shared, &v);
    CHECK(!kd_failed());
    return v.nfault ? v.fault[0] : "";
}

#endif
