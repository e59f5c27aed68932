/* Weights of others in networks of ours: names, shapes and types are what they must be, or named.
 */
#include "exchange/exchange.h"
#include "store/golden.h"
#include "store/store.h"
#include "test.h"

static kdi_arena *arena;

static void open_arena(void)
{
    if (!arena)
        arena = kdi_arena_new("test");
    kd_error_clear();
}

static kdi_network network(const char *arch, const kd_input *in)
{
    kdi_network n = { 0 };
    kd_value *spec;
    open_arena();
    if (kdi_model_parse(arch, arena, &spec) != KD_OK || kdi_network_open(&n, spec, in) != KD_OK)
        fail_msg("%s: %s", arch, kd_error_message());
    return n;
}

static const kd_input grey = { 1, 28, 28, 10 };

/* its own weights as a file of others, drawn anew so that none is what it was built with */
static kd_value *file_of(const kdi_network *n, enum kd_element element)
{
    kd_value *file = kd_map(arena), *tree = kdi_scope_to_tree(n->net->scope, arena, true);
    kd_value *tensor = kd_map(arena), *type = kd_map(arena);
    for (int64_t i = 0; i < tree->n; i++) {
        kd_value *v = kd_array(arena, element, tree->item[i]->shape, NULL);
        for (int64_t k = 0; k < v->n; k++)
            if (element == KD_F32)
                ((float *)v->data)[k] = (float)(i + 1) / (float)(k + 3);
            else
                ((double *)v->data)[k] = (double)(float)(i + 1) / (double)(k + 4);
        kd_set(tensor, tree->key[i], v);
        kd_set_text(type, tree->key[i], element == KD_F32 ? "F32" : "F64");
    }
    kd_set(file, "tensor", tensor);
    kd_set(file, "type", type);
    return file;
}

static kd_value *tensors(const kd_value *file)
{
    return (kd_value *)kd_get(file, "tensor");
}

/* the file without a tensor, under other names, with another shape */
static kd_value *without(const kd_value *map, const char *name)
{
    kd_value *out = kd_map(arena);
    for (int64_t i = 0; i < map->n; i++)
        if (strcmp(map->key[i], name) != 0)
            kd_set(out, map->key[i], map->item[i]);
    return out;
}

static kd_value *with_prefix(const kd_value *map, const char *prefix)
{
    kd_value *out = kd_map(arena);
    for (int64_t i = 0; i < map->n; i++)
        kd_set(out, kdi_format(arena, "%s%s", prefix, map->key[i]), map->item[i]);
    return out;
}

static void fits(const kdi_network *n, const kd_value *file, const kd_value *want)
{
    kd_error_clear();
    if (kdi_fit(n->net, file, "x.h5", "resnet8", NULL) != KD_OK)
        fail_msg("%s", kd_error_message());
    kd_value *tree = kdi_scope_to_tree(n->net->scope, arena, true);
    for (int64_t i = 0; i < tree->n; i++) {
        const kd_value *w = kd_get(want, tree->key[i]), *got = tree->item[i];
        for (int64_t k = 0; k < got->n; k++) {
            kd_real real = w->element == KD_F32 ? (kd_real)((const float *)w->data)[k]
                                                : (kd_real)((const double *)w->data)[k];
            CHECK(memcmp(&real, (const kd_real *)got->data + k, sizeof real) == 0);
        }
    }
}

static void refuses(const kdi_network *n, const kd_value *file, const char *part)
{
    kd_error_clear();
    if (kdi_fit(n->net, file, "x.h5", "resnet8", NULL) == KD_OK)
        fail_msg("accepted, should say %s", part);
    CHECK_HAS(kd_error_message(), "x.h5 does not fit resnet8");
    CHECK_HAS(kd_error_message(), part);
    kd_error_clear();
}

TEST("a network has exactly what the file has, of float32 and of float64")
{
    kdi_network n = network("resnet8", &grey);
    kd_value *file = file_of(&n, KD_F32);
    fits(&n, file, tensors(file));
    file = file_of(&n, KD_F64);
    int64_t rounded = 0;
    fits(&n, file, tensors(file));
    CHECK(kdi_fit(n.net, file, "x.h5", "resnet8", &rounded) == KD_OK);
    CHECK((rounded > 0) == (sizeof(kd_real) == 4));
    kdi_network_close(&n);
}

TEST("wrappers' prefixes, torch's counts of batches and its older names make no difference")
{
    kdi_network n = network("resnet8", &grey);
    kd_value *file = file_of(&n, KD_F32), *all = tensors(file);
    kd_set(file, "tensor", with_prefix(all, "module."));
    fits(&n, file, all);
    kd_value *counted = without(all, "");
    kd_set(counted, "bn1.num_batches_tracked",
           kd_array(arena, KD_I64, kd_shape_of_n(0, NULL), NULL));
    kd_set(file, "tensor", counted);
    fits(&n, file, all);
    kd_value *other = kd_map(arena);
    for (int64_t i = 0; i < all->n; i++)
        kd_set(other,
               strcmp(all->key[i], "fc.weight") == 0 ? "linear.weight"
               : strcmp(all->key[i], "layer2.0.downsample.0.weight") == 0
                   ? "layer2.0.shortcut.0.weight"
                   : all->key[i],
               all->item[i]);
    kd_set(file, "tensor", other);
    fits(&n, file, all);
    kdi_network_close(&n);
}

TEST("what is missing, too much, of another shape or type, or not finite, is named")
{
    kdi_network n = network("resnet8", &grey);
    kd_value *file = file_of(&n, KD_F32), *all = tensors(file);
    kd_set(file, "tensor", without(all, "conv1.weight"));
    refuses(&n, file, "it lacks 'conv1.weight' (16x1x3x3");
    kd_value *more = without(all, "");
    kd_set(more, "conv9.weight", kd_array(arena, KD_F32, KD_SHAPE(2, 3), NULL));
    kd_set(file, "tensor", more);
    refuses(&n, file, "it has 'conv9.weight'");
    kd_value *shaped = without(all, "conv1.weight");
    kd_set(shaped, "conv1.weight", kd_array(arena, KD_F32, KD_SHAPE(16, 3, 3, 3), NULL));
    kd_set(file, "tensor", shaped);
    refuses(&n, file, "'conv1.weight' is 16x3x3x3");
    kd_value *typed = without(all, "conv1.weight");
    kd_set(typed, "conv1.weight", kd_array(arena, KD_I64, KD_SHAPE(16, 1, 3, 3), NULL));
    kd_set(file, "tensor", typed);
    kd_value *types = without(kd_get(file, "type"), "");
    kd_set_text(types, "conv1.weight", "I64");
    kd_set(file, "type", types);
    refuses(&n, file, "'conv1.weight' is of type I64, should be F32, F64");
    kd_value *odd = without(all, "conv1.weight");
    kd_value *weight = kd_array(arena, KD_F32, KD_SHAPE(16, 1, 3, 3), NULL);
    ((float *)weight->data)[7] = NAN;
    kd_set(odd, "conv1.weight", weight);
    kd_set(file, "tensor", odd);
    refuses(&n, file, "(number 7)");
    kdi_network_close(&n);
}

TEST("no more than four problems are told, and how many more there are")
{
    kdi_network n = network("resnet8", &grey);
    kd_value *file = file_of(&n, KD_F32);
    kd_value *tree = kdi_scope_to_tree(n.net->scope, arena, true);
    kd_set(file, "tensor", kd_map(arena));
    refuses(&n, file, kdi_format(arena, "; and %d more", (int)tree->n - 4));
    kdi_network_close(&n);
}

TEST("a network keeps what it had when a file does not fit")
{
    kdi_network n = network("resnet8", &grey);
    kd_value *file = file_of(&n, KD_F32), *all = tensors(file);
    fits(&n, file, all);
    kd_value *zeros = file_of(&n, KD_F32);
    for (int64_t i = 0; i < tensors(zeros)->n; i++)
        memset(tensors(zeros)->item[i]->data, 0, (size_t)tensors(zeros)->item[i]->n * 4);
    kd_set(zeros, "tensor", without(tensors(zeros), "fc.bias"));
    refuses(&n, zeros, "fc.bias");
    kd_value *tree = kdi_scope_to_tree(n.net->scope, arena, true);
    const kd_value *weight = kd_get(tree, "conv1.weight");
    CHECK(((const kd_real *)weight->data)[0] != 0);
    kdi_network_close(&n);
}

/* ---- against torch's own shapes ------------------------------------------------------------- */

/* of each name that both have: as many axes as in the file of reference networks */
static void compare_ranks(const char *path, const char *group, const char *arch, const kd_input *in,
                          int64_t at_least)
{
    kdi_network n = network(arch, in);
    kd_value *golden, *tree = kdi_scope_to_tree(n.net->scope, arena, true);
    int64_t same = 0;
    if (kdi_golden_model(path, group, arena, &golden) != KD_OK)
        fail_msg("%s", kd_error_message());
    kdi_torch_ranks(n.net->model->name, tree);
    const kd_value *layout = kd_get(golden, "layout");
    for (int64_t i = 0; i < layout->n; i++) {
        const char *name = kd_get_text(layout->item[i], "name", "");
        const kd_value *ours = kd_get(tree, name), *shape = kd_get(layout->item[i], "shape");
        if (ours && ours->shape.n != shape->n)
            fail_msg("%s: %s has %d axes, in torch %d", group, name, ours->shape.n, (int)shape->n);
        same += ours != NULL;
    }
    CHECK(same >= at_least);
    kdi_network_close(&n);
}

TEST("networks of points, texts and patches have torch's axes")
{
    const char *path = KDI_SOURCE "/harness/models/golden2.h5";
    const kd_input cloud = { .kind = KD_POINTS, .channels = 6, .points = 256, .classes = 10 };
    const kd_input text = {
        .kind = KD_TOKENS, .channels = 1, .length = 16, .vocabulary = 50, .classes = 6
    };
    compare_ranks(path, "pointnet_tnets", "pointnet", &cloud, 32);
    compare_ranks(path, "dgcnn_k20", "dgcnn", &cloud, 38);
    compare_ranks(path, "pointnet2_ssg_normals", "pointnet2_ssg", &cloud, 68);
    compare_ranks(path, "pointmlp_elite", "pointmlp_elite", &cloud, 100);
    compare_ranks(path, "textcnn", "textcnn", &text, 9);
    compare_ranks(path, "vit_28x1", "vit", &grey, 20);
}

TEST("RepDistiller's networks are found by its names and have torch's axes")
{
    static const char *const names[] = { "resnet8", "resnet20", "resnet8x4",   "wrn_16_2",
                                         "vgg8",    "vgg13",    "MobileNetV2", "ShuffleV1" };
    const kd_input colour = { 3, 32, 32, 100 };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        compare_ranks(KDI_SOURCE "/harness/models/golden.h5", names[i], names[i], &colour, 32);
}

TEST_MAIN
