// Sessions: whose nodes they take. Linked sessions: order of leaves and ops, natural numbers, parameters, gradients.
#include "runtime/session/session_ir.h"

#include <gtest/gtest.h>

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/embedding.h"

namespace plumbline::runtime {
namespace {

using spec::Tensor;

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

template <class T>
Tensor<T> tensor(Shape shape, std::vector<T> values) {
  return Tensor<T>(std::move(shape), std::move(values));
}
template <class T>
std::vector<T> elements(const Result<Tensor<T>>& x) {
  if (!x) throw x.error();
  return {x->elements().begin(), x->elements().end()};
}
template <class T>
std::string error_of(const Result<T>& r) {
  return r ? "none" : r.error().what();
}

TEST(SessionIr, RecordsComputesAndDifferentiates) {
  SessionIR<double> session(kernels());
  const auto w = session.param(tensor<double>({2, 1}, {3, 4}), "w");
  const auto x = *session.input(tensor<double>({1, 2}, {1, 2}), "x");
  const auto use = *session.use(w);
  const auto y = *session.apply(spec::Matmul{}, {x, use});
  const auto loss = *session.apply(spec::Square{}, {y});
  EXPECT_EQ(elements(session.get_value(loss)), std::vector<double>{121});
  ASSERT_TRUE(session.backward(loss));
  EXPECT_EQ(elements(session.grad(use)), (std::vector<double>{22, 44}));
  EXPECT_EQ(elements(session.grad(x)), (std::vector<double>{66, 88}));
  ASSERT_TRUE(session.sgd_step_all(0.25));
  EXPECT_EQ(elements<double>(w.value()), (std::vector<double>{-2.5, -7}));
  EXPECT_EQ(elements(session.get_value(use)), (std::vector<double>{3, 4}));  // what was recorded stays
  EXPECT_EQ(session.graph().size(), 4);  // the tape appends nothing
}

TEST(SessionIr, LeavesComeBeforeOps) {
  SessionIR<float> session(kernels());
  const auto w = session.param(tensor<float>({2}, {1, 2}), "w");
  const auto x = *session.input(tensor<float>({2}, {3, 4}), "x");
  ASSERT_TRUE(session.apply(spec::Square{}, {x}));
  EXPECT_EQ(error_of(session.use(w)),
            "[session] found use of w after an op, expected leaves first: reset_tape begins anew");
  EXPECT_EQ(error_of(session.input(tensor<float>({1}, {0}), "late")),
            "[session] found input late after an op, expected leaves first: reset_tape begins anew");
  EXPECT_TRUE(session.nat(3));
  session.reset_tape();
  EXPECT_TRUE(session.use(w));
  EXPECT_EQ(error_of(session.get_value(x)),
            "[session] found a reference from before the last reset_tape, expected one of this tape");
}

TEST(SessionIr, NaturalNumbersAreReadChangedAndChecked) {
  SessionIR<float> session(kernels());
  const auto table = *session.input(tensor<float>({3, 2}, {1, 2, 3, 4, 5, 6}), "table");
  const Index rows[] = {2, 0};
  const auto at = *session.nat_vec(rows, 3);
  const auto y = *session.apply(spec::Embedding{}, {at, table});
  EXPECT_EQ(elements(session.get_value(y)), (std::vector<float>{5, 6, 1, 2}));
  EXPECT_EQ(*session.get_nat_vec(at), (std::vector<Index>{2, 0}));
  const Index others[] = {1, 1}, far[] = {1, 3}, many[] = {1};
  ASSERT_TRUE(session.set_nat_vec(at, others));
  EXPECT_EQ(elements(session.get_value(y)), (std::vector<float>{3, 4, 3, 4}));
  ASSERT_TRUE(session.backward(y));
  EXPECT_EQ(elements(session.grad(table)), (std::vector<float>{0, 0, 2, 2, 0, 0}));
  EXPECT_EQ(error_of(session.set_nat_vec(at, far)), "[session] found natural number 3, expected one in [0, 3)");
  EXPECT_EQ(error_of(session.set_nat_vec(at, many)), "[session] found 1 natural numbers, expected 2");
  EXPECT_EQ(*session.get_nat_vec(at), (std::vector<Index>{1, 1}));
  EXPECT_EQ(error_of(session.nat(-1)), "[session] found natural number -1, expected one in [0, 1)");
  const auto n = *session.nat(4);
  EXPECT_EQ(*session.get_nat(n), 4);
  EXPECT_TRUE(session.set_nat(n, 2));
  EXPECT_EQ(*session.get_nat(n), 2);
  EXPECT_EQ(error_of(session.get_nat(NatRef{table})),
            "[session] node 0: found a tensor, expected natural numbers");
}

TEST(SessionIr, AParameterUsedTwiceIsSteppedOnce) {
  SessionIR<double> session(kernels());
  const auto w = session.param(tensor<double>({}, {3}), "w");
  const auto frozen = session.param(tensor<double>({}, {5}), "frozen", false);
  const auto a = *session.use(w), b = *session.use(w), c = *session.use(frozen);
  const auto y = *session.apply(spec::Mul{}, {*session.apply(spec::Mul{}, {a, b}), c});
  EXPECT_EQ(error_of(session.sgd_step_all(1)),
            "[session] sgd_step_all: found no gradients, expected backward before it");
  ASSERT_TRUE(session.backward(y));
  EXPECT_EQ(elements(session.grad(c)), std::vector<double>{9});
  ASSERT_TRUE(session.sgd_step_all(0.5));
  EXPECT_EQ(elements<double>(w.value()), std::vector<double>{-12});  // 3 − ½ · (15 + 15)
  EXPECT_EQ(elements<double>(frozen.value()), std::vector<double>{5});
}

TEST(SessionIr, TrainsOverManyRecordings) {
  SessionIR<float> session(kernels());
  const auto w = session.param(tensor<float>({1, 1}, {0}), "w");
  for (int step = 0; step < 20; ++step) {
    session.reset_tape();
    const auto x = *session.input(tensor<float>({2, 1}, {1, 2})), t = *session.input(tensor<float>({2, 1}, {2, 4}));
    const auto y = *session.apply(spec::Matmul{}, {x, *session.use(w)});
    const auto squares = *session.apply(spec::Square{}, {*session.apply(spec::Sub{}, {y, t})});
    const auto loss = *session.apply(spec::Sum{}, {squares});
    ASSERT_TRUE(session.backward(loss));
    ASSERT_TRUE(session.sgd_step_all(0.0625F));  // the distance to 2 shrinks by 1 − 10 / 16
  }
  EXPECT_GT(w.value()[0], 1.99F);
  EXPECT_LE(w.value()[0], 2.0F);
}

TEST(SessionIr, RefusalsChangeNothing) {
  SessionIR<float> session(kernels());
  auto w = session.param(tensor<float>({2}, {1, 2}));
  EXPECT_EQ(w.name(), "param0");
  EXPECT_EQ(error_of(w.set(tensor<float>({1}, {0}))), "[session] parameter param0: found shape [1], expected [2]");
  const auto x = *session.input(tensor<float>({2}, {3, 4}), "x");
  const Index size = session.graph().size();
  EXPECT_NE(error_of(session.apply(spec::Matmul{}, {x})), "none");
  EXPECT_NE(error_of(session.apply(spec::Square{}, {Ref{7, x.recording}})), "none");
  EXPECT_EQ(session.graph().size(), size);
  EXPECT_TRUE(session.use(w));  // no op was recorded
  EXPECT_EQ(error_of(session.grad(x)), "[session] grad: found no gradients, expected backward before it");
  EXPECT_EQ(error_of(session.backward(x, tensor<float>({1}, {1}))),
            "[session] seed: found shape [1], expected [2]");
  const auto n = *session.nat(1);
  EXPECT_EQ(error_of(session.backward(TensorRef{n})), "[session] backward: found natural numbers, expected a tensor");
  ASSERT_TRUE(session.backward(x));
  EXPECT_EQ(elements(session.grad(x)), (std::vector<float>{1, 1}));
}

TEST(SessionIr, TwoUsesOfAParameterAreTwoLeaves) {
  const auto pool = std::make_shared<Workers>(2);
  SessionIR<double> session(kernels(), {.workers = pool});
  session.reset_tape();
  EXPECT_GE(pool.use_count(), 3);  // here, of the options, of the recording
  const auto w = session.param(tensor<double>({1}, {3}), "w");
  const auto a = *session.use(w), b = *session.use(w), c = *session.input(tensor<double>({1}, {2}), "w");
  const auto y = *session.apply(spec::Mul{}, {*session.apply(spec::Mul{}, {a, b}), c});
  const auto text = print(session.graph());
  EXPECT_EQ(text, "plumbline.graph/1\nw = param [1]\nw.1 = param [1]\nw.2 = input [1]\n%3 = mul(w, w.1)\n"
                  "%4 = mul(%3, w.2)\n");
  ASSERT_TRUE(session.backward(y));
  ASSERT_TRUE(session.sgd_step_all(0.25));
  EXPECT_EQ(w.value()[0], 0);  // 3 − ¼ · (6 + 6)
  EXPECT_EQ(error_of(session.input(tensor<double>({1}, {2}), "two words")),
            "[session] found input two words after an op, expected leaves first: reset_tape begins anew");
  session.reset_tape();
  EXPECT_EQ(error_of(session.input(tensor<double>({1}, {2}), "two words")),
            "[graph] found the name two words, expected letters, digits, _ and .");
}

template <class F>
std::string thrown_by(F&& f) {
  try {
    f();
    return "none";
  } catch (const spec::Error& error) {
    return error.what();
  }
}

TEST(Session, NodesOfOthersAreRefused) {
  Session session(kernels()), other(kernels());
  const std::vector<float> two{1, 2};
  const Var x = session.input("x", {2}, two), theirs = other.input("x", {2}, two);
  for (const Var& v : {theirs, Var(), Var(&session.graph(), 7), Var(&session.graph(), -1)}) {
    EXPECT_EQ(thrown_by([&] { session.apply(spec::Mul{}, {x, v}); }), "[mul] input 1 is no node of this session");
    EXPECT_EQ(thrown_by([&] { session.value(v); }), "[value] input 0 is no node of this session");
    EXPECT_EQ(thrown_by([&] { session.backward(v); }), "[backward] input 0 is no node of this session");
    EXPECT_EQ(thrown_by([&] { session.backward(x, {v}); }), "[backward] input 0 is no node of this session");
  }
  EXPECT_EQ(session.graph().size(), 1);
  EXPECT_EQ(session.value(session.apply(spec::Square{}, {x}))[1], 4);
  EXPECT_DEATH(session.kernel(2), "a node of the session is asked for");
  EXPECT_EQ(thrown_by([&] { session.input("x", {2}, two); }), "[graph] the name x is taken");
  EXPECT_EQ(session.value(session.apply(spec::Square{}, {x}))[0], 1);
}

TEST(Session, LeavesWithoutDataAreRefused) {
  const std::vector<float> rows(10, 1);
  const auto raw = [&](auto leaf) {
    Session session(kernels());
    const Var w = session.input("w", {5, 2}, rows);
    return thrown_by([&] { session.apply(spec::Embedding{}, {leaf(session.graph()), w}); });
  };
  EXPECT_EQ(raw([](spec::Graph& g) { return g.index_input("i", {2}, 5); }), "input i: found no data, expected [2]");
  EXPECT_EQ(raw([](spec::Graph& g) { return g.index_input("i", {0}, 5); }), "none");  // it needs none
}

TEST(Session, DevicesWithoutKernelsAreRefused) {
  const auto message = "[session] found device cuda, expected cpu: this build has no CUDA kernels";
  EXPECT_EQ(thrown_by([] { Session({}, {.device = Device::cuda}); }), message);
  EXPECT_EQ(thrown_by([] { SessionIR<float>({}, {.device = Device::cuda}); }), message);
}

}  // namespace
}  // namespace plumbline::runtime
