/* Pictures teach clouds and clouds teach pictures: every method runs or says why it cannot, with
 * the same bits whether the teacher runs or was kept, and retrieval is measured. */
#include "check/toy.h"
#include "check/toy_data.h"
#include "store/store.h"
#include "tests/test.h"
#include "train/cache_build.h"
#include "train/registry.h"
#include "train/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- things that are seen in two ways: a picture and a cloud of each ------------------------ */

static int open_things(kd_dataset *d, const void *self)
{
    KD_TRY(kdi_toy_waves.open(d, self));
    const uint8_t *train = d->train.pixel, *test = d->test.pixel;
    KD_TRY(kdi_toy_clouds.open(d, self));
    d->train.pixel = train;
    d->test.pixel = test;
    return KD_OK;
}

static const kd_dataset_class things = { .abi = KD_ABI,
                                         .size = sizeof(kd_dataset_class),
                                         .name = "things",
                                         .title = "Pictures and clouds",
                                         .track = KD_CLASSIFY,
                                         .kinds = 1u << KD_IMAGE | 1u << KD_POINTS,
                                         .open = open_things };

#define PICTURES "resnet8_w0.25"
#define CLOUDS   "pointnet_w0.0625_d0"

static const kdi_world ways[] = {
    { "a picture teaches a cloud", NULL, NULL, &things, CLOUDS, PICTURES, NULL },
    { "a cloud teaches a picture", NULL, NULL, &things, PICTURES, CLOUDS, NULL },
};
enum { WAYS = sizeof ways / sizeof ways[0] };

static kdi_arena *arena;

static void begin(void)
{
    kd_error_clear();
    arena = arena ? arena : kdi_arena_new("test");
    CHECK_INT(kdi_registry_open(), KD_OK);
}

static const kd_method *method(const char *name)
{
    const kd_method *m;
    CHECK_INT(kdi_method_find(name, &m), KD_OK);
    return m;
}

static kdi_trainer *trainer(const char *name, const kdi_world *world)
{
    kdi_trainer *t;
    if (kdi_toy_open(&t, method(name), &(kdi_toy){ .world = world }, arena) != KD_OK)
        fail_msg("%s, %s: %s", name, world->name, kd_error_message());
    return t;
}

/* what opening and one epoch say */
static int one_epoch(const kd_method *m, const kdi_world *world)
{
    kdi_trainer *t;
    int code = kdi_toy_open(&t, m, &(kdi_toy){ .world = world }, arena);
    code = code == KD_OK ? kdi_toy_train(t, 1) : code;
    kdi_toy_close(t);
    return code;
}

/* ---- methods -------------------------------------------------------------------------------- */

TEST("every method runs from one kind of data to the other, or says why it does not apply")
{
    begin();
    for (int i = 0; i < kdi_method_count(); i++)
        for (int way = 0; way < WAYS; way++) {
            const kd_method *m = kdi_method_at(i);
            int code = one_epoch(m, &ways[way]);
            if (code != KD_OK && code != KD_E_NOT_APPLICABLE)
                fail_msg("%s, %s: %s", m->name, ways[way].name, kd_error_message());
            if (code != KD_OK)
                CHECK(kd_error_message()[0]);
            kd_error_clear();
        }
}

static void runs(const char *name, bool applicable)
{
    for (int way = 0; way < WAYS; way++) {
        int code = one_epoch(method(name), &ways[way]);
        if (code != (applicable ? KD_OK : KD_E_NOT_APPLICABLE))
            fail_msg("%s, %s: %s", name, ways[way].name, kd_error_message());
        kd_error_clear();
    }
}

TEST("what reads logits and pooled vectors applies")
{
    static const char *const names[] = { "none",    "kd",  "dkd",   "rkd",    "pkt",  "crd",
                                         "infonce", "sp",  "gupta", "thoker", "mdsn", "c2kd",
                                         "jgekd",   "dml", "ban",   NULL };
    begin();
    for (int i = 0; names[i]; i++)
        runs(names[i], true);
}

TEST("what compares places or gives the teacher inputs of its own does not")
{
    static const char *const names[] = { "at",       "fitnet",        "afd",
                                         "reviewkd", "lsp",           "pointdistiller",
                                         "dafl",     "deepinversion", NULL };
    begin();
    for (int i = 0; names[i]; i++)
        runs(names[i], false);
}

/* ---- kept outputs -----------------------------------------------------------------------------
 */

static const char *weights_of(const kdi_trainer *t)
{
    static char hex[2][KDI_SHA256_HEX];
    static int turn;
    turn = !turn;
    CHECK_INT(kdi_tree_sha256(kdi_scope_to_tree(t->root, arena, false), hex[turn]), KD_OK);
    return hex[turn];
}

/* the teacher's outputs of two epochs in a file */
static kdi_cache *kept(kdi_trainer *t)
{
    char path[] = "crossmodal-XXXXXX";
    kdi_cache_file file = {
        .split = KD_TRAIN, .path = path, .noutput = 2, .output = { "logits", "pooled" }
    };
    kdi_cache *c;
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    remove(path);
    CHECK_INT(kdi_cache_build(t, &t->teacher[0], &file, 1, 2, false, kd_list(arena)), KD_OK);
    CHECK_INT(kdi_cache_open(path, kdi_cache_key(t->data, KD_TRAIN, "", arena), &c), KD_OK);
    remove(path);
    return c;
}

static kdi_trainer *augmented(const char *name, const kdi_world *world, const char *augment)
{
    kdi_trainer *t = trainer(name, world);
    t->data->augment = kdi_augment_named(augment);
    return t;
}

static void same_bits(const char *name, const kdi_world *world, const char *augment)
{
    kdi_trainer *live = augmented(name, world, augment), *cached = augmented(name, world, augment);
    const char *before = weights_of(live);
    CHECK_TEXT(before, weights_of(cached));
    cached->teacher[0].cache = kept(cached);
    CHECK_INT(kdi_toy_train(live, 2), KD_OK);
    CHECK_INT(kdi_toy_train(cached, 2), KD_OK);
    CHECK_TEXT(weights_of(live), weights_of(cached));
    kdi_cache_close(cached->teacher[0].cache);
    kdi_toy_close(live);
    kdi_toy_close(cached);
}

TEST("a teacher of the other kind gives the same bits from its cache, plain and augmented")
{
    static const char *const names[] = { "kd", "gupta", "crd", NULL };
    begin();
    for (int i = 0; names[i]; i++)
        for (int way = 0; way < WAYS; way++) {
            same_bits(names[i], &ways[way], "none");
            same_bits(names[i], &ways[way], "crop_flip");
        }
}

/* ---- retrieval ----------------------------------------------------------------------------------
 */

static double curve(kdi_trainer *t, const char *name, int epoch)
{
    for (int i = 0; i < t->ncurve; i++)
        if (strcmp(t->curve[i].name, name) == 0)
            return t->curve[i].value[epoch];
    return -1;
}

static int64_t metrics(kdi_trainer *t)
{
    kd_value *list = kd_list(arena);
    kdi_retrieval_metrics(t, list);
    return list->n;
}

static void check_recalls(kdi_trainer *t)
{
    static const char *const to[] = { "test_recall1_to_teacher", "test_recall5_to_teacher",
                                      "test_recall10_to_teacher" };
    static const char *const from[] = { "test_recall1_from_teacher", "test_recall5_from_teacher",
                                        "test_recall10_from_teacher" };
    double a = 0, b = 0;
    for (int i = 0; i < 3; i++) {
        double now_a = curve(t, to[i], KDI_TOY_EPOCHS - 1),
               now_b = curve(t, from[i], KDI_TOY_EPOCHS - 1);
        CHECK(now_a >= a && now_a <= 100);
        CHECK(now_b >= b && now_b <= 100);
        a = now_a;
        b = now_b;
    }
    CHECK(a >= 100.0 * 10 / KDI_TOY_TEST / 2);
    CHECK(isnan(curve(t, to[0], 0)));
}

TEST("retrieval is measured after the last epoch, where the kinds differ")
{
    static const char *const names[] = { "kd", "gupta", "crd", "thoker", NULL };
    begin();
    for (int i = 0; names[i]; i++)
        for (int way = 0; way < WAYS; way++) {
            kdi_trainer *t = trainer(names[i], &ways[way]);
            CHECK_INT(kdi_toy_train(t, KDI_TOY_EPOCHS), KD_OK);
            check_recalls(t);
            CHECK_INT(metrics(t), 6);
            kdi_toy_close(t);
        }
    kdi_trainer *t;
    CHECK_INT(kdi_toy_open(&t, method("kd"), NULL, arena), KD_OK);
    CHECK_INT(kdi_toy_train(t, KDI_TOY_EPOCHS), KD_OK);
    CHECK(curve(t, "test_recall1_to_teacher", KDI_TOY_EPOCHS - 1) < 0);
    CHECK_INT(metrics(t), 0);
    kdi_toy_close(t);
}

static void narrow(kd_step *s, void *self, kd_tensor **zs, kd_tensor **zt)
{
    (void)self;
    *zs = s->student->pooled;
    *zt = s->teacher->logits;
}

TEST("embeddings of two widths are refused by name")
{
    static kd_method m;
    begin();
    kdi_trainer *t = trainer("kd", &ways[0]);
    m = *t->method;
    m.embed = narrow;
    t->method = &m;
    CHECK_INT(kdi_toy_train(t, KDI_TOY_EPOCHS), KD_E_METHOD);
    CHECK_HAS(kd_error_message(), "kd: embed gave 64x");
    CHECK_HAS(kd_error_message(), "and 64x4 for 64 samples");
    kd_error_clear();
    kdi_toy_close(t);
}

TEST_MAIN
