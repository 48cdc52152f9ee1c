// `crosscheck draw`, and `crosscheck model` of what it writes: every preset in every form, trained and audited.
#include "spec/graph/graphspec/models.h"
#include "tests/cli/program.h"

namespace plumbline::crosscheck {
namespace {

using Draw = Program;

TEST_F(Draw, WritesEveryForm) {
  const Finished dot = crosscheck("draw mlp --small");
  EXPECT_EQ(dot.code, 0) << dot.err;
  EXPECT_EQ(dot.out.rfind("digraph graphspec {", 0), 0U);
  for (const char* form : {"m.json", "m.graphspec", "m.dot"})
    EXPECT_EQ(crosscheck(std::string("draw mlp --small --out ") + form).code, 0) << form;
  EXPECT_EQ(crosscheck("draw m.json --out again.graphspec").code, 0);
  EXPECT_EQ(content(at("again.graphspec")), content(at("m.graphspec")));
  EXPECT_EQ(crosscheck("draw m.graphspec --out again.json").code, 0);
  EXPECT_EQ(content(at("again.json")), content(at("m.json")));
  write("g.txt", "plumbline.graph/1\nx = input [2]\n%1 = relu(x)\noutput %1\n");
  EXPECT_NE(crosscheck("draw g.txt").out.find("digraph graph_of_ops"), std::string::npos);
}

TEST_F(Draw, DrawsPicturesWhereGraphvizIs) {
  const Finished svg = crosscheck("draw cnn --small --out m.svg");
  if (std::system("dot -V > /dev/null 2>&1") == 0) {
    EXPECT_EQ(svg.code, 0) << svg.err;
    EXPECT_NE(content(at("m.svg")).find("<svg"), std::string::npos);
  } else {
    EXPECT_EQ(svg.code, 2);
    EXPECT_NE(svg.err.find("Graphviz"), std::string::npos) << svg.err;
    EXPECT_FALSE(std::filesystem::exists(at("m.svg")));
  }
}

TEST_F(Draw, RefusesInOneLine) {
  refused("draw", "found 0 files");
  refused("draw resnet81", "did you mean resnet18?");
  write("g.txt", "plumbline.graph/1\nx = input [2]\n%1 = relu(x)\noutput %1\n");
  refused("draw g.txt --out g.json", "found g.json for a graph");
  write("m.txt", "plumbline.graphspec/1\nx = input [2]\ny = lineer(x)\n");
  refused("draw m.txt", "m.txt: line 3: unknown primitive lineer");
  refused("model m.txt", "m.txt: line 3: unknown primitive lineer");
  write("m.json", "{\"schema\": 1}");
  refused("model m.json", "m.json: schema: found 1");
  write("o.txt", "plumbline.graphspec/1\nx = input [2]\ny = relu(x)\n");
  refused("model o.txt", "o.txt: found no output");
  write("d.txt", "plumbline.graphspec/1\nx = input [2]\nh = linear(x)\ny = relu(x)\noutput y\n");
  refused("model d.txt", "d.txt: the loss does not depend on parameter h.weight");
}

TEST_F(Draw, EveryPresetIsTrainedAndAudited) {
  for (const std::string& name : spec::models::names()) {
    const std::string file = name + ".json";
    ASSERT_EQ(crosscheck("draw " + name + " --small --out " + file).code, 0) << name;
    const Finished audited = crosscheck("model " + file + " --steps 1");
    EXPECT_EQ(audited.code % 3, 0) << name << "\n" << audited.out << audited.err;  // nothing failed
    EXPECT_NE(audited.out.find("loss "), std::string::npos) << audited.out;
  }
}

}  // namespace
}  // namespace plumbline::crosscheck
