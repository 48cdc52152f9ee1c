// Kernels at odd sizes, alignments and extent 0: exact on data where nothing rounds, and special values.
#include <gtest/gtest.h>

#include <cmath>

#include "spec/ops/activation/gelu.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/activation/silu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/maximum.h"
#include "spec/ops/conv/conv2d.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/softmax.h"
#include "spec/ops/pool/max_pool2d.h"
#include "spec/ops/reduce/max.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/permute.h"
#include "tests/runtime/random_graph.h"

namespace plumbline::runtime {
namespace {

const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

// One op on tensors, at the given misalignment.
template <class O>
std::vector<float> run(const O& op, std::vector<std::pair<Shape, std::vector<float>>> in, int misalign = 0) {
  Session session(kernels(), {.threads = 2, .misalign = misalign, .poison = 0x7fc0dead});
  std::vector<spec::Var> vars;
  for (auto& [shape, data] : in) vars.push_back(session.input(spec::concat('x', vars.size()), shape, data));
  const auto y = session.value(session.apply(op, vars));
  EXPECT_TRUE(session.guards_intact());
  return {y.begin(), y.end()};
}

std::vector<float> counted(Index n, Index modulus) {
  std::vector<float> x;
  for (Index i = 0; i < n; ++i) x.push_back(static_cast<float>((i * 7) % modulus - modulus / 2));
  return x;
}

TEST(Kernels, EveryOpHasAKernelOfItsOwn) {
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries())
    EXPECT_FALSE(kernels().kernels(entry->name).empty()) << entry->name;
}

TEST(Kernels, SumsOfIntegersAreExactAtAnySize) {
  for (Index n : {0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 1000, 70000})
    for (int misalign : {0, 1, 3}) {
      const auto x = counted(n, 13);
      double total = 0;
      for (float v : x) total += v;
      EXPECT_EQ(run(spec::Sum{{}, false}, {{{n}, x}}, misalign)[0], static_cast<float>(total)) << n;
    }
}

TEST(Kernels, SumsOverEveryAxisAreExact) {
  const Shape shape{3, 67, 5, 70};
  const auto x = counted(shape.size(), 11);
  for (const spec::Axes& axes :
       std::vector<spec::Axes>{{0}, {1}, {2}, {3}, {0, 2}, {1, 3}, {0, 3}, {1, 2}, {0, 1, 3}}) {
    const auto fibre = spec::fibres(shape, axes);
    const auto got = run(spec::Sum{axes, false}, {{shape, x}});
    for (std::size_t i = 0; i < got.size(); ++i) {
      double total = 0;
      for (Index step : fibre.step) total += x[static_cast<std::size_t>(fibre.start[i] + step)];
      ASSERT_EQ(got[i], static_cast<float>(total));
    }
  }
}

TEST(Kernels, ProductsOfIntegersAreExactAtAnySize) {
  for (const auto& [m, k, n] : std::vector<std::array<Index, 3>>{
           {1, 1, 1}, {3, 5, 7}, {17, 33, 65}, {130, 257, 49}, {0, 4, 3}, {4, 0, 3}, {4, 3, 0}}) {
    const auto a = counted(m * k, 9), b = counted(k * n, 7);
    const auto c = run(spec::Matmul{}, {{{m, k}, a}, {{k, n}, b}}, 1);
    for (Index i = 0; i < m; ++i)
      for (Index j = 0; j < n; ++j) {
        double total = 0;
        for (Index p = 0; p < k; ++p)
          total += a[static_cast<std::size_t>(i * k + p)] * b[static_cast<std::size_t>(p * n + j)];
        ASSERT_EQ(c[static_cast<std::size_t>(i * n + j)], static_cast<float>(total));
      }
  }
}

TEST(Kernels, ElementwiseTailsAndBroadcasts) {
  for (Index n : {0, 1, 15, 17, 33, 2047, 2049, 5000}) {
    const auto x = counted(n, 101);
    const auto y = run(spec::Add{}, {{{3, n}, counted(3 * n, 101)}, {{n}, x}}, 1);
    for (std::size_t i = 0; i < y.size(); ++i)
      ASSERT_EQ(y[i], counted(3 * n, 101)[i] + x[i % static_cast<std::size_t>(n)]);
  }
}

TEST(Kernels, PermuteMovesEveryElement) {
  const Shape shape{5, 33, 2, 19};
  const auto x = counted(shape.size(), 1 << 20);
  const auto y = run(spec::Permute{{3, 1, 0, 2}}, {{shape, x}}, 1);
  const auto back = run(spec::Permute{{2, 1, 3, 0}}, {{{19, 33, 5, 2}, y}});
  EXPECT_EQ(back, x);
}

TEST(Kernels, SpecialValues) {
  const auto relu = run(spec::Relu{}, {{{3}, {nan, -1, inf}}});
  EXPECT_TRUE(std::isnan(relu[0]) && relu[1] == 0 && relu[2] == inf);
  EXPECT_EQ(run(spec::Silu{}, {{{2}, {-inf, inf}}}), (std::vector<float>{0, inf}));
  EXPECT_EQ(run(spec::Gelu{}, {{{2}, {-inf, inf}}}), (std::vector<float>{0, inf}));
  EXPECT_EQ(run(spec::Gelu{"tanh"}, {{{2}, {-inf, inf}}}), (std::vector<float>{0, inf}));
  EXPECT_TRUE(std::isnan(run(spec::Maximum{}, {{{1}, {1}}, {{1}, {nan}}})[0]));
  EXPECT_TRUE(std::isnan(run(spec::Max{}, {{{70}, [] { auto x = counted(70, 9); x[66] = nan; return x; }()}})[0]));
  EXPECT_TRUE(std::isnan(run(spec::Mean{}, {{{0}, {}}})[0]));
  EXPECT_EQ(run(spec::Softmax{}, {{{3}, {0, inf, -inf}}}), (std::vector<float>{0, 1, 0}));
  EXPECT_TRUE(std::isnan(run(spec::Softmax{}, {{{2}, {inf, inf}}})[0]));
  EXPECT_TRUE(std::isnan(run(spec::Softmax{}, {{{3}, {1, nan, 2}}})[0]));
}

TEST(Kernels, PaddingIsAbsentNotMultiplied) {
  spec::Conv2d conv;
  conv.padding = {1};
  const auto y = run(conv, {{{1, 1, 1, 1}, {2}}, {{1, 1, 3, 3}, {inf, inf, inf, inf, 3, inf, inf, inf, inf}}});
  EXPECT_EQ(y, (std::vector<float>{6}));
  spec::MaxPool2d pool;
  pool.kernel = {2}, pool.stride = {1}, pool.padding = {1};
  EXPECT_EQ(run(pool, {{{1, 1, 1, 1}, {-5}}}), (std::vector<float>{-5, -5, -5, -5}));
}

TEST(Kernels, SubnormalsAreKept) {
  EXPECT_EQ(run(spec::Add{}, {{{1}, {0x1p-149f}}, {{1}, {0x1p-149f}}})[0], 0x1p-148f);
  EXPECT_EQ(run(spec::Sum{}, {{{2}, {0x1p-149f, 0x1p-149f}}})[0], 0x1p-148f);
  EXPECT_EQ(run(spec::Matmul{}, {{{1, 2}, {0x1p-100f, 0x1p-100f}}, {{2, 1}, {0x1p-49f, 0x1p-49f}}})[0], 0x1p-148f);
}

}  // namespace
}  // namespace plumbline::runtime
