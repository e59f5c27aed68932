/* test.h - tests named by sentences, on top of cmocka.
 *
 *   TEST("softmax rows sum to one even for huge logits") { ... CHECK_NEAR(sum, 1.0, 1e-6); }
 *   TEST_MAIN
 */
#ifndef KDI_TEST_H
#define KDI_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define KDI_TEST_CAT2(a, b) a##b
#define KDI_TEST_CAT(a, b)  KDI_TEST_CAT2(a, b)
#define TEST(sentence)      KDI_TEST_(sentence, __COUNTER__)
#define KDI_TEST_(sentence, id)                                                                    \
    static void KDI_TEST_CAT(test_, id)(void **);                                                  \
    __attribute__((constructor)) static void KDI_TEST_CAT(add_, id)(void)                          \
    {                                                                                              \
        kdi_test[kdi_ntest++] =                                                                    \
            (struct CMUnitTest){ .name = sentence, .test_func = KDI_TEST_CAT(test_, id) };         \
    }                                                                                              \
    static void KDI_TEST_CAT(test_, id)(void **unused_state __attribute__((unused)))

static struct CMUnitTest kdi_test[256];
static size_t kdi_ntest;

#define CHECK(cond)      assert_true(cond)
#define CHECK_INT(a, b)  assert_int_equal((a), (b))
#define CHECK_TEXT(a, b) assert_string_equal((a), (b))
/* the text of an error must name the thing: CHECK_HAS(kd_error_message(), "train-labels") */
#define CHECK_HAS(text, part)                                                                      \
    do {                                                                                           \
        if (!strstr((text), (part)))                                                               \
            fail_msg("\"%s\" does not mention \"%s\"", (text), (part));                            \
    } while (0)
#define CHECK_NEAR(a, b, tol)                                                                      \
    do {                                                                                           \
        double a_ = (double)(a), b_ = (double)(b);                                                 \
        if (!(fabs(a_ - b_) <= (tol)))                                                             \
            fail_msg("%s = %.17g, expected %.17g within %g", #a, a_, b_, (double)(tol));           \
    } while (0)

/* cmocka wants an array of static length for its macro; call its function instead */
#define TEST_MAIN                                                                                  \
    int main(void)                                                                                 \
    {                                                                                              \
        return _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);                 \
    }

#endif
