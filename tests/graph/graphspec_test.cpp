// GraphSpecs: building, sharing, refusals, text, JSON, drawings, occurrences, meaning, lowering, models.
#include "spec/graph/graphspec/graphspec.h"

#include <gtest/gtest.h>

#include "runtime/core/program.h"
#include "runtime/io/graphspec_file.h"
#include "runtime/nn/graphspec_lowering.h"
#include "spec/eval/graphspec.h"
#include "spec/graph/graphspec/builtin.h"
#include "spec/graph/graphspec/models.h"
#include "spec/num/rational.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {
namespace {

namespace gs = graphspec;

const PrimitiveTable& table() {
  static const PrimitiveTable t = PrimitiveTable::builtin();
  return t;
}

Tensor<Rational> rationals(const Shape& shape, const std::vector<Index>& values) {
  return Tensor<Rational>::generate(shape, [&](Index i) { return Rational(values[static_cast<std::size_t>(i)]); });
}

// y = W₂ relu(W₁ x + b₁) + b₂, twice the same branch
GraphSpec two_branches() {
  GraphSpec spec;
  const Term x = spec.input("x", {2, 3});
  const Term h = spec.let(gs::Linear{.out_features = 3}, {x}, "h") >> Relu{};
  const Term again = spec.let_shared(Term(&spec, *spec.find("h")), gs::Linear{.out_features = 3}, {h}, "again");
  spec.output(spec.let(Sub{}, {again, x}, "y"));
  return spec;
}

TEST(GraphSpec, ShapesFollowFromMeanings) {
  const GraphSpec spec = two_branches();
  EXPECT_EQ(spec.shape(*spec.find("h")), (Shape{2, 3}));
  ASSERT_EQ(spec.parameters().size(), 2U);  // those of `again` are h's
  EXPECT_EQ(spec.parameters()[0].name, "h.weight");
  EXPECT_EQ(spec.parameters()[1].spec.shape, (Shape{3}));
  const auto larger = spec.with_inputs({{5, 3}});
  ASSERT_TRUE(larger);
  EXPECT_EQ(larger->shape(larger->outputs().front()), (Shape{5, 3}));
  EXPECT_FALSE(spec.with_inputs({{5, 4}}));
}

TEST(GraphSpec, LayersAreCountedByOccurrence) {
  const GraphSpec spec =
      GraphSpec::of("x", {1, 1, 6, 6}, Chain(gs::Conv2d{.out_channels = 2, .padding = {1}}) >> Relu{} >>
                                           gs::BatchNorm{} >> gs::Conv2d{.out_channels = 3, .bias = false} >> Relu{});
  const auto parameters = spec.parameters();
  ASSERT_EQ(parameters.size(), 7U);
  EXPECT_EQ(parameters[0].seed, 0U);  // 2i
  EXPECT_EQ(parameters[1].seed, 1U);  // 2i + 1
  EXPECT_EQ(parameters[6].name, "3.weight");
  EXPECT_EQ(parameters[6].seed, 2U);  // batch norm draws nothing, so it is not counted
  const GraphSpec wide = GraphSpec::of(
      "x", {4, 2}, Chain(gs::Recurrent{.cell = "lstm", .hidden_size = 3}) >> gs::Linear{.out_features = 1});
  EXPECT_EQ(wide.parameters()[3].seed, 3U);
  EXPECT_EQ(wide.parameters()[4].seed, 4U);  // four parameters are two occurrences
}

TEST(GraphSpec, RefusalsLeaveItAsItWas) {
  GraphSpec spec = two_branches();
  const GraphSpec before = spec;
  const TermId x = 0, tail = spec.size() - 1;
  const auto refused = [&](Binding b, std::string_view why) {
    const auto id = spec.try_let(std::move(b));
    ASSERT_FALSE(id);
    EXPECT_EQ(std::string_view(id.error().what()).substr(0, why.size()), why);
    EXPECT_EQ(spec, before);
  };
  refused({"x", Relu{}, {x}, {}}, "[graphspec] the name x is taken");
  refused({"two words", Relu{}, {x}, {}}, "[graphspec] found the name two words");
  refused({"", Relu{}, {tail + 1}, {}}, "[relu] input 5 is no earlier name");
  refused({"", gs::Linear{.out_features = 0}, {x}, {}}, "[linear] out_features is not in 1");
  refused({"", gs::Linear{.out_features = 2, .init = "kaiming"}, {x}, {}}, "[linear] init: unknown initialiser");
  refused({"", gs::Linear{.out_features = 2}, {x}, *spec.find("h")}, "[linear] shares the parameters of h, whose");
  refused({"", gs::Linear{.out_features = 3}, {x}, *spec.find("again")}, "[linear] shares: expected");
  refused({"", gs::MultiheadAttention{.num_heads = 2}, {x}, {}}, "[multihead_attention] embed_dim is no multiple");
  refused({"", gs::Conv2d{}, {x}, {}}, "[conv2d] x expects 4 axes");
  refused({"", Add{}, {x}, {}}, "[add] expects 2 inputs");
  refused({"", gs::RmsNorm{}, {x, x}, {}}, "[rms_norm] expects 1 input, got 2");
  EXPECT_FALSE(spec.try_input({"z", {1}, -1}));
  EXPECT_FALSE(spec.try_output(99));
  GraphSpec tokens;
  tokens.index_input("i", {2}, 4);
  EXPECT_FALSE(tokens.try_output(0));
  EXPECT_THROW(tokens.index_input("j", {2}, -2), Error);
}

TEST(GraphSpec, TextIsReadBack) {
  const GraphSpec spec = two_branches();
  EXPECT_EQ(print(spec),
            "plumbline.graphspec/1\n"
            "x = input [2, 3]\n"
            "h = linear(x) out_features=3\n"
            "again = h >> relu >> linear out_features=3 shares=h\n"
            "y = sub(again, x)\n"
            "output y\n");
  const auto chain = parse_graphspec(
      "# a comment\nplumbline.graphspec/1\r\nx = input [4,5]\ny = x >> linear out_features=3 bias=false >> relu\n"
      "output y\n",
      table());
  ASSERT_TRUE(chain) << chain.error().what();
  EXPECT_EQ(chain->bindings().size(), 2U);
  EXPECT_EQ(print(*chain),
            "plumbline.graphspec/1\nx = input [4, 5]\ny = x >> linear out_features=3 bias=false >> relu\noutput y\n");
}

TEST(GraphSpec, MistakesInTextNameTheirPlace) {
  const auto error = [&](std::string_view lines) {
    const auto spec = parse_graphspec(concat("plumbline.graphspec/1\nx = input [2, 3]\n", lines), table(), "m.txt");
    return spec ? std::string("none") : std::string(spec.error().what());
  };
  EXPECT_EQ(error("y = lineer(x)"), "m.txt: line 3: unknown primitive lineer; did you mean linear?");
  EXPECT_EQ(error("y = relu(z)"), "m.txt: line 3: found z, expected an earlier name");
  EXPECT_EQ(error("y = x >> >> relu"), "m.txt: line 3: found >>, expected a primitive on both sides of it");
  EXPECT_EQ(error("y = x"), "m.txt: line 3: found x, expected a primitive: `name = x >> f` or `name = f(x)`");
  EXPECT_EQ(error("y = linear(x) out_features"), "m.txt: line 3: found out_features, expected name=value");
  EXPECT_EQ(error("y = linear(x) out_feature=3"),
            "m.txt: line 3: [linear] unknown attribute out_feature; did you mean out_features?");
  EXPECT_EQ(error("z = input [3"), "m.txt: line 3: found [3, expected a shape such as [2, 3]");
  EXPECT_EQ(error("z = index [3] extent=-1"), "m.txt: line 3: found extent=-1, expected extent=N");
  EXPECT_EQ(error("output z"), "m.txt: line 3: found z, expected an earlier name");
  EXPECT_EQ(error("relu(x)"), "m.txt: line 3: found relu(x), expected `name = …` or `output name`");
  EXPECT_EQ(error("y = relu(x)\nz = input [1]"), "m.txt: line 4: [graphspec] input z comes after a binding: inputs "
                                                 "come first");
  EXPECT_FALSE(parse_graphspec("", table()));
  EXPECT_FALSE(parse_graphspec("plumbline.graphspec/2\n", table()));
}

TEST(GraphSpec, JsonIsReadBack) {
  for (const std::string& name : models::names()) {
    const GraphSpec spec = *models::named(name, /*small=*/true);
    const auto again = runtime::io::graphspec_from_json(runtime::io::to_json(spec), table(), name);
    ASSERT_TRUE(again) << again.error().what();
    EXPECT_EQ(*again, spec) << name;
    const auto text = parse_graphspec(print(spec), table(), name);
    ASSERT_TRUE(text) << text.error().what();
    EXPECT_EQ(*text, spec) << name;
  }
}

TEST(GraphSpec, MistakesInJsonNameTheirPlace) {
  const auto error = [&](const std::string& text) {
    const auto spec = runtime::io::graphspec_from_json(text, table(), "m.json");
    return spec ? std::string("none") : std::string(spec.error().what());
  };
  const std::string head = R"({"schema": "plumbline.graphspec/1", "inputs": [{"name": "x", "shape": [2]}], )";
  EXPECT_EQ(error(head + R"("bindings": [{"primitive": "relu", "inputs": ["z"]}], "outputs": []})"),
            "m.json: bindings[0].inputs: found \"z\", expected an earlier name");
  EXPECT_EQ(error(head + R"("bindings": [{"primitive": "relu", "inputs": ["x"], "attributes": {"k": {}}}]})"),
            "m.json: bindings[0].attributes.k: found {}, expected a number, a text, true, false or a list of integers");
  EXPECT_EQ(error(head + R"("bindings": [], "bindings": [], "outputs": []})"),
            "m.json: found the key bindings twice, expected it once");
  EXPECT_EQ(error(head + R"("bindings": [], "outputs": [], "more": 1})"),
            "m.json: the document: found the key more, expected one of bindings, inputs, outputs, schema");
  EXPECT_EQ(error(R"({"schema": 3})"), "m.json: schema: found 3, expected \"plumbline.graphspec/1\"");
  EXPECT_EQ(error("[]"), "m.json: the document: found [], expected an object");
  EXPECT_NE(error("{"), "none");
  EXPECT_NE(error(std::string(100000, '[')), "none");
  EXPECT_NE(error(head + R"("bindings": [{"primitive": "linear", "inputs": ["x"],)"
                         R"( "attributes": {"out_features": 1e9}}]})"),
            "none");
}

TEST(GraphSpec, DrawingHasEveryBinding) {
  const std::string dot = to_dot(two_branches());
  for (const char* part :
       {"digraph graphspec", "h\\nlinear out_features=3\\n12 parameters", "style=dashed", "output 0"})
    EXPECT_NE(dot.find(part), std::string::npos) << part;
}

// A user's own: y = a x + b with scalars a and b.
struct Affine {
  double a = 1;
  static constexpr std::string_view name = "affine", summary = "y = a x + b, b learned";
  static constexpr bool counts_as_layer = true;
  ParameterSpecs parameters(const Shapes&) const { return {{"b", {}, UniformInit{-1, 1}}}; }
  Var meaning(const std::vector<Var>& in, const Site& site) const {
    return add(mul(literal(in[0], a), in[0]), site.parameters[0]);
  }
};
BOOST_DESCRIBE_STRUCT(Affine, (), (a))

TEST(GraphSpec, PrimitivesOfTheUserAreFirstClass) {
  PrimitiveTable own = table();
  own.add(primitive_entry<Affine>());
  const std::string text =
      "plumbline.graphspec/1\nx = input [2]\ny = x >> linear out_features=2 >> affine a=3\noutput y\n";
  EXPECT_FALSE(parse_graphspec(text, table()));
  const auto spec = parse_graphspec(text, own);
  ASSERT_TRUE(spec) << spec.error().what();
  EXPECT_EQ(print(*spec), text);
  EXPECT_EQ(spec->parameters().back().seed, 2U);
  const auto y = interpret<Rational>(*spec, {rationals({2}, {1, 2})},
                                     {rationals({2, 2}, {1, 1, 0, 2}), rationals({2}, {0, 1}), rationals({}, {7})});
  ASSERT_TRUE(y);
  EXPECT_EQ((*y)[0][0].text(), "16");  // 3 · 3 + 7
  EXPECT_EQ((*y)[0][1].text(), "22");  // 3 · 5 + 7
  const auto none = runtime::nn::to_sequential(*spec);
  ASSERT_FALSE(none);
  EXPECT_STREQ(none.error().what(), "[to_sequential] y = affine(%1): affine offers no layer");
}

TEST(GraphSpec, SharedParametersAreTheSame) {
  const GraphSpec spec = two_branches();
  const Tensors<Rational> inputs{rationals({2, 3}, {1, 2, 3, -1, 0, 1})},
      parameters{rationals({3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1}), rationals({3}, {1, -1, 0})};
  const auto y = interpret<Rational>(spec, inputs, parameters);
  ASSERT_TRUE(y);
  const char* expected[] = {"2", "-2", "0", "2", "-1", "0"};  // relu(x + b) + b − x
  for (Index i = 0; i < 6; ++i) EXPECT_EQ((*y)[0][i].text(), expected[i]) << i;
}

TEST(GraphSpec, ModelsCompileAndRun) {
  const auto kernels = runtime::KernelTable::builtin();
  for (const std::string& name : models::names()) {
    const auto program = compile(*models::named(name, /*small=*/true), {.training = true});
    ASSERT_TRUE(program) << name << program.error().what();
    auto run = runtime::compile(program->graph, kernels);
    ASSERT_TRUE(run) << name;
    for (const NodeId leaf : program->graph.leaves()) {
      const Node& n = program->graph.node(leaf);
      const auto size = static_cast<std::size_t>(n.shape.size());
      const auto ok = n.extent >= 0 ? run->set(leaf, std::vector<std::int64_t>(size, 1))
                                    : run->set(leaf, std::vector<float>(size, 0.5F));
      ASSERT_TRUE(ok) << name << ok.error().what();
    }
    ASSERT_TRUE(run->run()) << name;
  }
  EXPECT_FALSE(models::named("resnet19"));
}

// What a compiled spec adds takes a free name; where the spec's own names meet, there is no program.
TEST(GraphSpec, NamesOfLeavesAreUnique) {
  const auto program = compile(GraphSpec::of("step", {2, 3}, Chain(gs::Dropout{})), {.training = true});
  ASSERT_TRUE(program) << program.error().what();
  EXPECT_EQ(program->graph.node(program->step).name, "step.1");
  GraphSpec spec;
  const Term x = spec.input("h.weight", {2, 3});
  spec.output(spec.let(gs::Linear{.out_features = 3}, {x}, "h"));
  EXPECT_STREQ(compile(spec).error().what(), "[graph] the name h.weight is taken");
}

TEST(GraphSpec, ModelsHaveTheParametersOfTheirNames) {
  const auto count = [](const GraphSpec& spec) {
    Index n = 0;
    for (const PlacedParameter& p : spec.parameters()) n += p.spec.trained ? p.spec.shape.size() : 0;
    return n;
  };
  EXPECT_EQ(count(models::mlp()), 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10);
  EXPECT_EQ(count(models::resnet18()), 11173962);  // torchvision's basic blocks behind a 3×3 stem, ten classes
  const Index attention = 3 * 16 + 12 + 16 + 4, ffn = 2 * (16 * 4) + 16 + 4, norms = 3 * 8;
  EXPECT_EQ(count(models::gpt({1, 8, 11, 4, 1, 1})), 11 * 4 + 8 * 4 + attention + ffn + norms);
}

TEST(GraphSpec, ChainsLowerAndOthersSayWhy) {
  const auto cnn = runtime::nn::to_sequential(*models::named("cnn", true));
  ASSERT_TRUE(cnn) << cnn.error().what();
  EXPECT_EQ(cnn->size(), 10U);
  EXPECT_EQ((*cnn)[0].kind(), "conv2d");
  const auto why = [](const GraphSpec& spec) {
    const auto model = runtime::nn::to_sequential(spec);
    return model ? std::string("none") : std::string(model.error().what());
  };
  EXPECT_EQ(why(*models::named("resnet18", true)), "[to_sequential] %9 = add(%8, %3): add offers no layer");
  EXPECT_EQ(why(two_branches()), "[to_sequential] again = linear(%2): shares the parameters of h, which no layer of a "
                                 "sequential model does");
  GraphSpec skipping;
  const Term x = skipping.input("x", {2});
  x >> Relu{};
  skipping.output(x >> Relu{});
  EXPECT_EQ(why(skipping),
            "[to_sequential] %2 = relu(x): found an input that is not the result before it, expected %1");
}

}  // namespace
}  // namespace plumbline::spec
