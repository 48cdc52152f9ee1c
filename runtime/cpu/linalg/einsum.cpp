// einsum as matrix products of two operands at a time, and its gradient where that is no product.
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/linalg/gemm.h"
#include "spec/ops/linalg/einsum.h"

namespace plumbline::runtime {
namespace {

using Names = spec::AxisNames;

constexpr Index rows_per_part = 4096;      // elements that a part gathers
constexpr double least_work = 1 << 22;     // flops of a part
constexpr Index most_copies = 256;         // of an operand along axes that it lacks

// A tensor read along axes of other extents and steps, row-major.
struct Walk {
  std::vector<Index> extent, step;

  Index size() const {
    Index n = 1;
    for (Index d : extent) n *= d;
    return n;
  }
  Index inner() const { return extent.empty() ? 1 : extent.back(); }
  Index inner_step() const { return step.empty() ? 0 : step.back(); }
  // Where run `r` of the innermost axis begins.
  Index begin(Index r) const {
    Index at = 0;
    for (std::size_t a = extent.empty() ? 0 : extent.size() - 1; a-- > 0; r /= extent[a]) at += r % extent[a] * step[a];
    return at;
  }
  // Whether the elements lie one after another.
  bool contiguous() const {
    Index expected = 1;
    for (std::size_t a = extent.size(); a-- > 0; expected *= extent[a])
      if (extent[a] != 1 && step[a] != expected) return false;
    return true;
  }
};

template <class T>
void gather(Workers& workers, const Walk& walk, const T* x, T* to) {
  const Index n = walk.inner(), step = walk.inner_step(), runs = n == 0 ? 0 : walk.size() / n;
  parallel_for(workers, runs, std::max<Index>(1, rows_per_part / std::max<Index>(1, n)),
               [&](Index begin, Index end, int) {
                 for (Index r = begin; r < end; ++r) {
                   const T* from = x + walk.begin(r);
                   for (Index i = 0; i < n; ++i) to[r * n + i] = from[i * step];
                 }
               });
}

// An operand, or the product of those before: the names of its axes and its extents.
struct Factor {
  Names names;
  Shape shape;

  bool has(int name) const { return spec::has_name(names, name); }
  Index extent(int name) const {
    Index d = 1;
    for (std::size_t a = 0; a < names.size(); ++a)
      if (names[a] == name) d = std::max(d == 1 ? 0 : d, shape[static_cast<Index>(a)]);
    return d;
  }
  // The step along all its axes of that name at once; 0 where the extent is 1.
  Index step(int name) const {
    Index total = 0, stride = 1;
    for (std::size_t a = names.size(); a-- > 0; stride *= shape[static_cast<Index>(a)])
      if (names[a] == name && shape[static_cast<Index>(a)] != 1) total += stride;
    return total;
  }
};

Index common_extent(const Factor& a, const Factor& b, int name) {
  const Index x = a.has(name) ? a.extent(name) : 1, y = b.has(name) ? b.extent(name) : 1;
  return x == 1 ? y : x;
}

// C[batch, m, n] = Σ_k A[batch, m, k] B[batch, k, n]
struct Product {
  Walk a, b;
  Names names;   // of C
  Shape shape;   // of C, an axis for each name
  Index batch = 1, m = 1, n = 1, k = 1;
  std::size_t a_at = 0, b_at = 0, c_at = 0;  // in scratch
  bool ones = false;  // B is 1 everywhere
  bool a_lacks_k = false, b_lacks_k = false;  // the same for every k: only `k_block` of them are laid out
  Index k_block = 1;
};

Product product_of(const Factor& a, const Factor& b, const Names& kept) {
  Product p;
  std::vector<Names> part(4);  // batch, m, n, k
  for (const Factor* f : {&a, &b})
    for (int name : f->names) {
      const bool keep = spec::has_name(kept, name);
      Names& group = part[!keep ? 3 : a.has(name) && b.has(name) ? 0 : a.has(name) ? 1 : 2];
      if (!spec::has_name(group, name)) group.push_back(name);
    }
  const auto add = [&](const Factor& f, Walk& walk, int group) {
    Index size = 1;
    for (int name : part[static_cast<std::size_t>(group)]) {
      walk.extent.push_back(common_extent(a, b, name)), walk.step.push_back(f.has(name) ? f.step(name) : 0);
      size *= walk.extent.back();
    }
    return size;
  };
  const auto lacks_k = [&](const Factor& f) {
    return std::all_of(part[3].begin(), part[3].end(), [&](int name) { return f.step(name) == 0; });
  };
  const auto add_k = [&](const Factor& f, Walk& walk, bool lacks) {
    if (!lacks) return add(f, walk, 3), void();
    walk.extent.push_back(p.k_block), walk.step.push_back(0);
  };
  Walk k;
  p.k = p.k_block = add(a, k, 3);
  p.b_lacks_k = !part[3].empty() && lacks_k(b), p.a_lacks_k = !p.b_lacks_k && !part[3].empty() && lacks_k(a);
  if (p.a_lacks_k || p.b_lacks_k) p.k_block = std::min(p.k, most_copies);
  p.batch = add(a, p.a, 0), p.m = add(a, p.a, 1), add_k(a, p.a, p.a_lacks_k);
  add(b, p.b, 0), add_k(b, p.b, p.b_lacks_k), p.n = add(b, p.b, 2);
  for (std::size_t g = 0; g < 3; ++g)
    for (int name : part[g]) p.names.push_back(name), p.shape.push_back(common_extent(a, b, name));
  return p;
}

// All products in order, where each factor comes from, and how the last result is read into the output.
struct Contractions {
  std::vector<Product> products;
  Walk out;
  std::size_t scratch = 0;  // elements
};

// The axes that the output or an operand after `next` names.
Names needed(const spec::NamedAxes& axes, std::size_t next) {
  Names kept = axes.out;
  for (std::size_t q = next + 1; q < axes.in.size(); ++q) kept.insert(kept.end(), axes.in[q].begin(), axes.in[q].end());
  return kept;
}

Contractions contractions_of(const std::string& equation, const Shapes& in) {
  const spec::NamedAxes axes = *spec::named_axes(spec::Einsum{equation}, in);
  Contractions all;
  Factor left{axes.in[0], in[0]};
  for (std::size_t q = 1; q < std::max<std::size_t>(2, in.size()); ++q) {
    const Factor right = q < in.size() ? Factor{axes.in[q], in[q]} : Factor{};
    Product p = product_of(left, right, needed(axes, q));
    p.ones = q >= in.size();
    const auto reserve = [&](Index n) {
      return std::exchange(all.scratch, all.scratch + (static_cast<std::size_t>(n) + 15) / 16 * 16);
    };
    p.a_at = reserve(p.a.size()), p.b_at = reserve(p.b.size()), p.c_at = reserve(p.batch * p.m * p.n);
    left = {p.names, p.shape};
    all.products.push_back(std::move(p));
  }
  for (int name : axes.out) all.out.extent.push_back(left.extent(name)), all.out.step.push_back(left.step(name));
  return all;
}

template <class T>
void multiply(Workers& workers, const Product& p, const T* a, const T* b, T* c) {
  if (p.k == 0 || p.batch * p.m * p.n == 0) return std::fill_n(c, p.batch * p.m * p.n, T(0)), void();
  const Tiles tiles = tiles_of(p.m, p.n, p.k_block);
  const double work = 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
  const Index a_stride = p.a_lacks_k ? p.k_block : p.k, b_rows = p.b_lacks_k ? p.k_block : p.k;
  parallel_for(workers, p.batch * tiles.count(), std::max<Index>(1, static_cast<Index>(least_work / work)),
               [&](Index begin, Index end, int) {
                 for (Index t = begin; t < end; ++t) {
                   const Index s = t / tiles.count();
                   const T *left = a + s * p.m * a_stride, *right = b + s * b_rows * p.n;
                   Tiles part = tiles;
                   for (Index k = 0; k < p.k; k += part.k) {
                     part.k = std::min(p.k_block, p.k - k);
                     gemm_tile(part, t % tiles.count(), Operand<T>{p.a_lacks_k ? left : left + k, a_stride},
                               Operand<T>{p.b_lacks_k ? right : right + k * p.n, p.n}, c + s * p.m * p.n, p.n, k > 0);
                   }
                 }
               });
}

template <class T>
BoundKernel bind_einsum(const spec::Op& op, const Shapes& in, const Shape&) {
  const Contractions all = contractions_of(attribute<std::string>(op, "equation"), in);
  BoundKernel bound;
  bound.scratch = aligned(all.scratch * sizeof(T));
  bound.run = [all](const KernelArgs& args) {
    T* scratch = args.shared<T>();
    const T* left = args.in[0].as<T>();
    for (std::size_t q = 0; q < all.products.size(); ++q) {
      const Product& p = all.products[q];
      const auto packed = [&](const Walk& walk, const T* x, std::size_t at) -> const T* {
        if (walk.contiguous()) return x;
        gather(args.workers, walk, x, scratch + at);
        return scratch + at;
      };
      const T* a = packed(p.a, left, p.a_at);
      if (p.ones) std::fill_n(scratch + p.b_at, p.b.size(), T(1));
      const T* b = p.ones ? scratch + p.b_at : packed(p.b, args.in[q + 1].as<T>(), p.b_at);
      const bool last = q + 1 == all.products.size() && all.out.contiguous();
      T* c = last ? args.out.as<T>() : scratch + p.c_at;
      multiply(args.workers, p, a, b, c);
      left = c;
    }
    if (!all.out.contiguous()) gather(args.workers, all.out, left, args.out.as<T>());
  };
  return bound;
}

// One place of all sums after another, in order: what diagonals and broadcasts need is rare and small.
template <class T>
BoundKernel bind_einsum_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const auto wrt = static_cast<std::size_t>(attribute<Index>(op, "wrt"));
  Shapes operands(in.begin() + 1, in.end());
  operands.insert(operands.begin() + static_cast<std::ptrdiff_t>(wrt), out);
  const spec::NamedAxes axes = *spec::named_axes(spec::Einsum{attribute<std::string>(op, "equation")}, operands);
  std::vector<Factor> factors{{axes.out, in[0]}};  // ct, then the operands
  for (std::size_t q = 0; q < operands.size(); ++q) factors.push_back({axes.in[q], operands[q]});
  std::vector<Walk> walks(factors.size());
  Names seen;
  for (const Factor& f : factors)
    for (int name : f.names) {
      if (spec::has_name(seen, name)) continue;
      seen.push_back(name);
      Index extent = 1;
      for (const Factor& g : factors)
        if (g.has(name) && g.extent(name) != 1) extent = g.extent(name);
      for (std::size_t q = 0; q < factors.size(); ++q)
        walks[q].extent.push_back(extent), walks[q].step.push_back(factors[q].has(name) ? factors[q].step(name) : 0);
    }
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    T* dx = args.out.as<T>();
    std::fill_n(dx, args.out.size(), T(0));
    const Index n = walks[0].inner(), runs = n == 0 ? 0 : walks[0].size() / n;
    for (Index r = 0; r < runs; ++r)
      for (Index i = 0; i < n; ++i) {
        T product = args.in[0].as<T>()[walks[0].begin(r) + i * walks[0].inner_step()];
        for (std::size_t q = 0, x = 1; q + 1 < walks.size(); ++q) {
          if (q == wrt) continue;
          product *= args.in[x++].as<T>()[walks[q + 1].begin(r) + i * walks[q + 1].inner_step()];
        }
        dx[walks[wrt + 1].begin(r) + i * walks[wrt + 1].inner_step()] += product;
      }
  };
  return bound;
}

}  // namespace

void register_einsum(KernelTable& table) {
  spec::Claims pairwise = gemm_claims();
  pairwise.method = "pairwise";
  table.add("einsum", "einsum.gemm", pairwise, bind_einsum<float>, bind_einsum<double>);
  table.add("einsum_grad", "einsum_grad.direct", claims(spec::Order::left), bind_einsum_grad<float>,
            bind_einsum_grad<double>);
}

}  // namespace plumbline::runtime
