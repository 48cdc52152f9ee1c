// attention, its weights and its gradients: scores in blocks of rows, by matrix products.
#include "runtime/cpu/sequence/attention.h"

#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {
namespace {

constexpr Index key_block = 64;       // keys that the online kernel takes at a time
constexpr Index online_from = 129;    // keys from which rescaling costs less than scores out of cache

// f(rows, worker) for each block of rows of each head; `together`: all blocks of a head by one worker, in order.
template <class T, class F>
void for_rows(const KernelArgs& args, const AttentionPlan& plan, std::size_t mask, bool together, F f) {
  const T* m = args.in.size() > mask ? args.in[mask].as<T>() : nullptr;
  const Index blocks = plan.blocks();
  args.workers.run(plan.heads * (together ? 1 : blocks), [&](Index part, int worker) {
    const Index begin = together ? 0 : part % blocks, end = together ? blocks : begin + 1;
    for (Index b = begin; b < end; ++b)
      f(AttentionRows<T>{plan, m, together ? part : part / blocks, b * query_block, plan.rows(b)}, worker);
  });
}

BoundKernel zeros(std::size_t element) {
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const std::size_t bytes = static_cast<std::size_t>(args.out.size()) * element;
    std::fill_n(static_cast<std::byte*>(args.out.data), bytes, std::byte{});
  };
  return bound;
}

template <class T>
BoundKernel bind_weights(const spec::Op& op, const Shapes& in, const Shape& out) {
  if (out.size() == 0) return zeros(sizeof(T));
  const AttentionPlan plan = attention_plan(op, in[0], in[1], 0, in.size() > 2 ? &in[2] : nullptr);
  BoundKernel bound;
  bound.run = [plan](const KernelArgs& args) {
    for_rows<T>(args, plan, 2, /*together=*/false, [&](const AttentionRows<T>& rows, int) {
      T* p = args.out.as<T>() + (rows.head * plan.queries + rows.first) * plan.keys;
      rows.scores(args.in[0].as<T>(), args.in[1].as<T>(), 0, plan.keys, p, plan.keys);
      weights_in_place(rows, p);
    });
  };
  return bound;
}

template <class T>
BoundKernel bind_materialised(const spec::Op& op, const Shapes& in, const Shape& out) {
  if (out.size() == 0) return zeros(sizeof(T));
  const AttentionPlan plan = attention_plan(op, in[0], in[1], in[2].back(0), in.size() > 3 ? &in[3] : nullptr);
  BoundKernel bound;
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(query_block * plan.keys));
  bound.run = [plan](const KernelArgs& args) {
    for_rows<T>(args, plan, 3, /*together=*/false, [&](const AttentionRows<T>& rows, int worker) {
      T* p = args.local<T>(worker);
      rows.scores(args.in[0].as<T>(), args.in[1].as<T>(), 0, plan.keys, p, plan.keys);
      weights_in_place(rows, p);
      rows.over_keys(p, plan.keys, args.in[2].as<T>() + rows.head * plan.keys * plan.values, 0, plan.keys, plan.values,
                     args.out.as<T>() + (rows.head * plan.queries + rows.first) * plan.values, /*add=*/false);
    });
  };
  return bound;
}

// One block of rows over all keys: top, Σ e^{s − top} and Σ e^{s − top} v are kept, and rescaled when top grows.
template <class T>
void online(const AttentionRows<T>& rows, const KernelArgs& args, T* s, T* y) {
  const AttentionPlan& plan = rows.plan;
  T top[query_block], total[query_block];
  bool any[query_block] = {};
  std::fill_n(top, query_block, -std::numeric_limits<T>::infinity());
  std::fill_n(total, query_block, T(0));
  std::fill_n(y, rows.count * plan.values, T(0));
  const Index reach = plan.reach(rows.first + rows.count - 1);
  for (Index begin = 0; begin < reach; begin += key_block) {
    const Index n = std::min(key_block, plan.keys - begin);
    rows.scores(args.in[0].as<T>(), args.in[1].as<T>(), begin, n, s, key_block);
    for (Index r = 0; r < rows.count; ++r) {
      T* row = s + r * key_block;
      const T before = top[r];
      top[r] = largest_number(row, n, before);
      const T keep = !any[r] ? T(0) : before == top[r] ? T(1) : math::exp(before - top[r]);
      exponentials_below(row, top[r], row, n, [&](Index j) { return rows.sees(r, begin + j); });
      for (Index j = 0; j < n && !any[r]; ++j) any[r] = rows.sees(r, begin + j);
      total[r] = total[r] * keep + sum_lanes(row, n);
      if (keep != 1)
        for (Index c = 0; c < plan.values; ++c) y[r * plan.values + c] *= keep;
    }
    rows.over_keys(s, key_block, args.in[2].as<T>() + (rows.head * plan.keys + begin) * plan.values, begin, n,
                   plan.values, y, /*add=*/true);
  }
  for (Index r = 0; r < rows.count; ++r) {
    if (!any[r]) continue;
    const T divisor = is_infinite(top[r]) && total[r] > 1 ? top[r] - top[r] : total[r];
    for (Index c = 0; c < plan.values; ++c) y[r * plan.values + c] /= divisor;
  }
}

template <class T>
BoundKernel bind_online(const spec::Op& op, const Shapes& in, const Shape& out) {
  if (out.size() == 0) return zeros(sizeof(T));
  const AttentionPlan plan = attention_plan(op, in[0], in[1], in[2].back(0), in.size() > 3 ? &in[3] : nullptr);
  BoundKernel bound;
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(query_block * key_block));
  bound.run = [plan](const KernelArgs& args) {
    for_rows<T>(args, plan, 3, /*together=*/false, [&](const AttentionRows<T>& rows, int worker) {
      online(rows, args, args.local<T>(worker),
             args.out.as<T>() + (rows.head * plan.queries + rows.first) * plan.values);
    });
  };
  return bound;
}

// p and ds = p (dp − Σ p dp), dp = ct vᵀ, of a block of rows, each [rows, keys].
template <class T>
void score_gradients(const AttentionRows<T>& rows, const KernelArgs& args, T* p, T* ds) {
  const AttentionPlan& plan = rows.plan;
  const Index n = plan.keys, e = plan.values;
  rows.scores(args.in[0].as<T>(), args.in[1].as<T>(), 0, n, p, n);
  weights_in_place(rows, p);
  std::fill_n(ds, rows.count * n, T(0));
  const T* ct = args.in[3].as<T>() + (rows.head * plan.queries + rows.first) * e;
  if (e > 0 && n > 0)
    gemm(rows.count, n, e, Operand<T>{ct, e}, Operand<T>{args.in[2].as<T>() + rows.head * n * e, e, true}, ds, n);
  for (Index r = 0; r < rows.count; ++r) {
    T *w = p + r * n, *g = ds + r * n;
    for (Index j = 0; j < n && plan.blocks_any(); ++j)
      if (!rows.sees(r, j)) g[j] = 0;
    const T mean = sum_terms<T>(n, [=](auto at) { return at(w) * at(g); });
#pragma GCC ivdep
    for (Index j = 0; j < n; ++j) g[j] = w[j] * (g[j] - mean);
    for (Index j = 0; j < n && plan.blocks_any(); ++j)
      if (!rows.sees(r, j)) g[j] = 0;
  }
}

// Where all of p and ds lie, of elements that fit into most_kept bytes: the gradients of q, k and v share them.
template <class T>
struct KeptScores {
  static constexpr Index most_kept = Index{1} << 26;
  Index rows, keys;

  bool kept() const { return bytes() <= most_kept; }
  Index bytes() const { return 2 * rows * keys * static_cast<Index>(sizeof(T)); }
  Trace trace(const spec::Op& op, std::size_t inputs) const {
    if (!kept()) return {};
    Trace t{"attention_grad", static_cast<std::size_t>(bytes()), {}};
    for (const spec::Attribute& a : op->attributes())
      if (a.name != "wrt") t.name += '/' + a.value;
    for (std::size_t i = 0; i < inputs; ++i) t.inputs.push_back(i);
    return t;
  }
  T* p(const KernelArgs& args, Index row) const { return reinterpret_cast<T*>(args.trace) + row * keys; }
  T* ds(const KernelArgs& args, Index row) const { return p(args, rows + row); }
};

// The cotangents of q by rows; those of k and v head by head, summed over the rows.
template <class T>
BoundKernel bind_operand_grad(const spec::Op& op, const AttentionPlan& plan, std::size_t inputs) {
  const auto wrt = attribute<std::string>(op, "wrt");
  const bool query = wrt == "query", value = wrt == "value";
  const KeptScores<T> scores{plan.heads * plan.queries, plan.keys};
  BoundKernel bound;
  bound.trace = scores.trace(op, inputs);
  if (!scores.kept()) bound.local_scratch = aligned(2 * sizeof(T) * static_cast<std::size_t>(query_block * plan.keys));
  bound.run = [=](const KernelArgs& args) {
    const Index width = value ? plan.values : plan.width, n = plan.keys;
    if (scores.kept() && !args.traced)
      for_rows<T>(args, plan, 4, /*together=*/false, [&](const AttentionRows<T>& rows, int) {
        const Index row = rows.head * plan.queries + rows.first;
        score_gradients(rows, args, scores.p(args, row), scores.ds(args, row));
      });
    if (!query) std::fill_n(args.out.as<T>(), args.out.size(), T(0));
    for_rows<T>(args, plan, 4, /*together=*/!query, [&](const AttentionRows<T>& rows, int worker) {
      const Index row = rows.head * plan.queries + rows.first;
      T* p = scores.kept() ? scores.p(args, row) : args.local<T>(worker);
      T* ds = scores.kept() ? scores.ds(args, row) : p + query_block * n;
      if (!scores.kept()) score_gradients(rows, args, p, ds);
      T* out = args.out.as<T>() + (query ? row : rows.head * n) * width;
      if (query) rows.over_keys(ds, n, args.in[1].as<T>() + rows.head * n * width, 0, n, width, out, /*add=*/false);
      else rows.over_rows(value ? p : ds, args.in[value ? 3 : 0].as<T>() + row * width, width, out);
      if (value || (!query && rows.first + rows.count < plan.queries)) return;
      const Index size = (query ? rows.count : n) * width;
      for (Index i = 0; i < size; ++i) out[i] *= static_cast<T>(plan.scale);
    });
  };
  return bound;
}

// ds summed over what the mask was broadcast to, in order, by one worker.
template <class T>
BoundKernel bind_mask_grad(const AttentionPlan& plan) {
  BoundKernel bound;
  bound.local_scratch = aligned(2 * sizeof(T) * static_cast<std::size_t>(query_block * plan.keys));
  bound.run = [plan](const KernelArgs& args) {
    T* out = args.out.as<T>();
    std::fill_n(out, args.out.size(), T(0));
    args.workers.run(1, [&](Index, int worker) {
      T *p = args.local<T>(worker), *ds = p + query_block * plan.keys;
      for (Index part = 0; part < plan.heads * plan.blocks(); ++part) {
        const Index b = part % plan.blocks();
        const T* m = args.in[4].as<T>();
        const AttentionRows<T> rows{plan, m, part / plan.blocks(), b * query_block, plan.rows(b)};
        score_gradients(rows, args, p, ds);
        for (Index r = 0; r < rows.count; ++r) {
          T* to = out + (rows.mask_at(r) - m);
          for (Index j = 0; j < plan.keys; ++j) to[j * plan.mask_step] += ds[r * plan.keys + j];
        }
      }
    });
  };
  return bound;
}

template <class T>
BoundKernel bind_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const AttentionPlan plan = attention_plan(op, in[0], in[1], in[2].back(0), in.size() > 4 ? &in[4] : nullptr);
  if (out.size() == 0 || plan.heads * plan.queries * plan.keys == 0) return zeros(sizeof(T));
  return attribute<std::string>(op, "wrt") == "mask" ? bind_mask_grad<T>(plan)
                                                     : bind_operand_grad<T>(op, plan, in.size());
}

}  // namespace

void register_attention(KernelTable& table) {
  const spec::Claims c = function_claims({{spec::Function::exp, math::exp_ulps}}, gemm_claims());
  spec::Claims rescaled = c;
  rescaled.method = "online";
  table.add("attention_weights", "attention_weights.gemm", c, bind_weights<float>, bind_weights<double>);
  table.add("attention", "attention.materialised", c, bind_materialised<float>, bind_materialised<double>);
  table.add("attention", "attention.online", rescaled, bind_online<float>, bind_online<double>,
            [](const spec::Op&, const Shapes& in) { return in[1].back(1) >= online_from; });
  table.add("attention_grad", "attention_grad.gemm", c, bind_grad<float>, bind_grad<double>);
}

}  // namespace plumbline::runtime
