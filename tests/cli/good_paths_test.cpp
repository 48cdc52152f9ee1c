// What each verb does when it is used as it should be.
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "tests/cli/program.h"

namespace plumbline::crosscheck {

using Json = nlohmann::json;

class GoodPaths : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    // Spread out, with full significands, in no order.
    write("x.npy", Values::generate({6, 7}, [](spec::Index i) {
            return static_cast<double>(static_cast<float>(std::fmod(i * 2.718281828, 3.1) - 1.5));
          }));
    write("ct.npy", Values::generate({6, 7}, [](spec::Index i) {
            return static_cast<double>(static_cast<float>(std::fmod(i * 1.414213562, 2.3) - 1.1));
          }));
  }
};

TEST_F(GoodPaths, Help) {
  EXPECT_EQ(crosscheck("--help").code, 0);
  EXPECT_NE(crosscheck("check --help").out.find("--claim"), std::string::npos);
  EXPECT_EQ(crosscheck("--version").out.rfind("crosscheck ", 0), 0U);
}

TEST_F(GoodPaths, List) {
  for (const char* kind : {"ops", "laws", "layers", "inits", "losses", "optims", "kernels", "subjects", "models"}) {
    const Finished f = crosscheck(std::string("list --json ") + kind);
    ASSERT_EQ(f.code, 0) << f.err;
    EXPECT_FALSE(Json::parse(f.out).at(kind).empty()) << kind;
  }
  const Finished one = crosscheck("list ops softmax");
  EXPECT_EQ(one.code, 0);
  for (const char* word : {"axis=-1", "shifted", "forward", "softmax."})
    EXPECT_NE(one.out.find(word), std::string::npos) << one.out;
}

TEST_F(GoodPaths, EvalIsCheckedByCheck) {
  ASSERT_EQ(crosscheck("eval softmax axis=-1 x.npy --out exact.npy").code, 0);
  ASSERT_EQ(crosscheck("eval softmax axis=-1 x.npy --out float.npy --as float").code, 0);
  ASSERT_EQ(crosscheck("eval softmax axis=-1 x.npy --out cpu.npy --as cpu").code, 0);
  EXPECT_EQ(read_npy(at("exact.npy").string())->dtype, Dtype::f8);
  EXPECT_EQ(read_npy(at("cpu.npy").string())->dtype, Dtype::f4);
  for (const char* file : {"exact.npy", "float.npy", "cpu.npy"}) {
    const Finished f = crosscheck(std::string("check softmax axis=-1 x.npy --got ") + file);
    EXPECT_EQ(f.code, 0) << f.out << f.err;
    EXPECT_EQ(f.out.rfind("pass: ", 0), 0U) << f.out;
  }
}

// Our kernels compute in the dtype of the files, and keep what that dtype's kernels claim.
TEST_F(GoodPaths, EvalOnTheCpuTakesTheDtypeOfItsFiles) {
  const Values x = read("x.npy");
  for (const Dtype dtype : {Dtype::f2, Dtype::bf16, Dtype::f4, Dtype::f8}) {
    const std::string claim = dtype == Dtype::bf16 ? " --claim format=bf16" : "";
    write("in.npy", x, dtype);
    for (const std::string words : {"softmax in.npy", "layer_norm in.npy", "mul in.npy in.npy"}) {
      ASSERT_EQ(crosscheck("eval " + words + " --as cpu --out y.npy" + claim).code, 0) << words;
      const Sixteen sixteen = dtype == Dtype::bf16 ? Sixteen::bfloat16 : Sixteen::refuse;
      EXPECT_EQ(read_npy(at("y.npy").string(), sixteen)->dtype, dtype);
      const Finished f = crosscheck("check " + words + " --got y.npy" + claim);
      EXPECT_EQ(f.code, 0) << words << f.out << f.err;
    }
  }
}

TEST_F(GoodPaths, Gradients) {
  ASSERT_EQ(crosscheck("eval mul x.npy ct.npy --vjp ct.npy --out a.npy --out b.npy").code, 0);
  EXPECT_EQ(crosscheck("check mul x.npy ct.npy --vjp ct.npy --got a.npy --got b.npy").code, 0);
  EXPECT_EQ(crosscheck("check mul x.npy ct.npy --vjp ct.npy --got b.npy --got a.npy").code, 1);
  ASSERT_EQ(crosscheck("eval exp x.npy --jvp ct.npy --out t.npy").code, 0);
  ASSERT_EQ(crosscheck("eval exp x.npy --vjp ct.npy --out g.npy").code, 0);
  EXPECT_EQ(content(at("t.npy")), content(at("g.npy")));
  refused("eval mul x.npy ct.npy --vjp ct.npy --out c.npy", "expected 2 for 2 gradients");
}

TEST_F(GoodPaths, WrongElementIsNamed) {
  ASSERT_EQ(crosscheck("eval softmax x.npy --out y.npy --as cpu").code, 0);
  Values y = read("y.npy");
  y.mutable_elements()[17] *= 1.0009765625;
  write("y.npy", y);
  const Finished f = crosscheck("check softmax x.npy --got y.npy --json r.json --junit r.xml");
  EXPECT_EQ(f.code, 1);
  EXPECT_NE(f.out.find("mismatched elements: 1 / 42 (2.4 %), worst at [2, 3]"), std::string::npos) << f.out;
  const Json report = Json::parse(content(at("r.json")));
  EXPECT_EQ(report.at("schema"), "plumbline.report/1");
  EXPECT_EQ(report.at("findings").at(0).at("element"), Json({2, 3}));
  EXPECT_EQ(report.at("findings").at(0).at("verdict"), "fail");
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_file(at("r.xml").c_str()));
  EXPECT_TRUE(junit.select_node("/testsuites/testsuite[@name='softmax']/testcase/failure"));
}

TEST_F(GoodPaths, CausesAreNamed) {
  const Values x = read("x.npy"), ct = read("ct.npy");
  const auto cause = [&](const Values& got) {
    write("got.npy", got);
    const Finished f = crosscheck("check mul x.npy ct.npy --got got.npy");
    EXPECT_EQ(f.code, 1);
    return f.out;
  };
  const auto named = [](const std::string& out, const char* words) {
    EXPECT_NE(out.find(words), std::string::npos) << out;
  };
  named(cause(Values::full(x.shape(), 0)), "zero: nothing was computed");
  named(cause(Values::full(x.shape(), 2)), "the same number");
  named(cause(x), "copy of input 0");
  named(cause(zip(x, ct, [](double a, double b) { return -a * b; })), "sign reversed");
  named(cause(zip(x, ct, [](double a, double b) { return 7 * a * b; })), "scale factor of 7, an extent of the data");
}

TEST_F(GoodPaths, SpecialValuesAndEmptyTensors) {
  write("nan.npy", Values({2}, {std::nan(""), 1}));
  ASSERT_EQ(crosscheck("eval exp nan.npy --out y.npy").code, 0);
  EXPECT_TRUE(std::isnan(read("y.npy")[0]));
  write("none.npy", Values({0, 3}, {}));
  EXPECT_EQ(crosscheck("eval exp none.npy --out y.npy").code, 0);
  EXPECT_EQ(read("y.npy").shape(), (spec::Shape{0, 3}));
}

TEST_F(GoodPaths, Digits) {
  write("two.npy", Values({1}, {2}));
  EXPECT_EQ(crosscheck("eval sqrt two.npy --digits 30").out, "[0] 1.41421356237309504880168872421\n");
}

TEST_F(GoodPaths, GraphFiles) {
  write("g.graph", "plumbline.graph/1\na = input [6, 7]\n%1 = exp(a)\n%2 = sum(%1) axes=[1]\noutput %2\n");
  ASSERT_EQ(crosscheck("eval graph g.graph x.npy --out y.npy").code, 0);
  EXPECT_EQ(crosscheck("check graph g.graph x.npy --got y.npy").code, 0);
}

TEST_F(GoodPaths, RunReportsWhatTheContractSays) {
  const Finished f = crosscheck("run --op add --law forward --cases 30 --seed 5 --json r.json --junit - --no-color");
  ASSERT_EQ(f.code, 0) << f.out << f.err;
  pugi::xml_document junit;
  EXPECT_TRUE(junit.load_string(f.out.c_str()));
  const Json report = Json::parse(content(at("r.json")));
  for (const char* key : {"schema", "version", "command", "seed", "host", "totals", "cells", "findings"})
    EXPECT_TRUE(report.contains(key)) << key;
  EXPECT_EQ(report.at("seed"), 5);
  for (const char* key : {"cases", "elements", "pass", "fail", "suspect", "undecided", "mistrusted", "crash",
                          "nondeterministic", "skipped", "seconds"})
    EXPECT_TRUE(report.at("totals").contains(key)) << key;
  for (const char* key : {"op", "law", "subject", "kernel", "fallback", "cases", "elements", "verdicts", "max_ratio",
                          "median_ratio", "max_ulp", "zero_tolerance_elements", "unjudged_elements", "seconds"})
    EXPECT_TRUE(report.at("cells").at(0).contains(key)) << key;
}

TEST_F(GoodPaths, SuitesFromFiles) {
  write("mine.toml", "base = \"quick\"\nop = \"relu\"\nlaw = \"forward\"\ncases = 7\nseed = 9\ntime = \"30s\"\n");
  const Json report = Json::parse(crosscheck("run --suite mine.toml --json -").out);
  EXPECT_EQ(report.at("totals").at("cases"), 7);
  EXPECT_EQ(report.at("seed"), 9);
}

TEST_F(GoodPaths, Doctor) {
  const Finished f = crosscheck("doctor --json");
  const Json json = Json::parse(f.out);
  EXPECT_EQ(json.at("rounding mode"), "to nearest, ties to even");
  EXPECT_EQ(json.at("subnormals"), "kept");
  EXPECT_GT(json.at("self_test").at("totals").at("pass"), 0);
}

TEST_F(GoodPaths, Fuzz) {
  const Finished f = crosscheck("fuzz neg --time 1s --corpus kept --json r.json");
  EXPECT_EQ(f.code, 0) << f.out << f.err;
  EXPECT_GT(Json::parse(content(at("r.json"))).at("totals").at("pass"), 0);
}

TEST_F(GoodPaths, Model) {
  const Finished f = crosscheck("model digits-mlp --steps 2 --json r.json");
  EXPECT_NE(f.out.find("introduced"), std::string::npos) << f.out << f.err;
  EXPECT_GT(Json::parse(content(at("r.json"))).at("totals").at("cases"), 0);
  const std::string command = "cd " + folder_.string() +
                              " && timeout --signal=INT --preserve-status 2 " PLUMBLINE_BINARY_DIR
                              "/crosscheck/crosscheck model digits-mlp --steps 1000000 --json i.json > out.txt 2>&1";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 130);
  EXPECT_EQ(Json::parse(content(at("i.json"))).at("interrupted"), true);
}

TEST_F(GoodPaths, TheSameForAnyNumberOfJobs) {
  const auto cells = [&](const char* jobs) {
    const Finished f = crosscheck(std::string("run --op m* --cases 200 --json - --jobs ") + jobs);
    Json report = Json::parse(f.out);
    for (Json& cell : report.at("cells")) cell.erase("seconds");
    return report.at("cells");
  };
  EXPECT_EQ(cells("1"), cells("3"));
}

TEST_F(GoodPaths, LastLine) {
  const std::string out = crosscheck("run --op neg --law forward --cases 5").out;
  const std::string last = out.substr(out.rfind('\n', out.size() - 2) + 1);
  for (const char* word : {" cases  ", " elements  ", " pass  ", " fail  ", " suspect  ", " undecided  ",
                           " mistrusted  ", " crash  ", " nondeterministic  ", " skipped  ", " s\n"})
    EXPECT_NE(last.find(word), std::string::npos) << last;
}

TEST_F(GoodPaths, APlantedBugIsFoundReplayedAndExplained) {
  const Json mutants = Json::parse(crosscheck("mutants --op softmax --cases 5 --json -").out);
  ASSERT_GT(mutants.at("mutants").size(), 0U);
  std::string name;
  for (const Json& m : mutants.at("mutants"))
    if (m.at("stage") == "forward" && m.at("law") == "forward") name = m.at("name");
  ASSERT_NE(name, "");
  const Finished run =
      crosscheck("run --subject mutant:" + name + " --op softmax --law forward --cases 20 --out found --json r.json");
  ASSERT_EQ(run.code, 1) << run.out << run.err;
  const std::string replay = Json::parse(content(at("r.json"))).at("findings").at(0).at("replay");
  EXPECT_EQ(crosscheck("replay '" + replay + "'").code, 1);
  const Finished told = crosscheck("explain '" + replay + "'");
  EXPECT_EQ(told.code, 1);
  for (const char* word : {"where", "exact", "got", "bound", "softmax"})
    EXPECT_NE(told.out.find(word), std::string::npos) << told.out;
  const Finished both = crosscheck("explain '" + replay + "' '" + replay + "'");
  EXPECT_EQ(both.code, 1);
  EXPECT_EQ(both.out, told.out + "\n" + told.out);
}

TEST_F(GoodPaths, ASuiteThatJudgesNothingSaysSo) {
  write("idle.toml", "op = \"argmax\"\nlaw = \"backward\"\ncases = 3\n");
  const Finished idle = crosscheck("run --suite idle.toml");
  EXPECT_EQ(idle.code, 3) << idle.out;
  EXPECT_NE(idle.out.find("nothing was judged"), std::string::npos) << idle.out;
}

TEST_F(GoodPaths, ListTellsWhatDefaultsStandFor) {
  EXPECT_NE(crosscheck("list op attention").out.find("scale=0   1/√d"), std::string::npos);
  EXPECT_NE(crosscheck("list mutants").out.find("softmax/"), std::string::npos);
  EXPECT_NE(crosscheck("list subjects").out.find("mutant:"), std::string::npos);
}

TEST_F(GoodPaths, CtrlCEndsInOrder) {
  const std::string program = PLUMBLINE_BINARY_DIR "/crosscheck/crosscheck";
  const std::string command = "cd " + folder_.string() + " && timeout --signal=INT --preserve-status 2 " + program +
                              " run --suite full --cases 1000000 --json r.json > out.txt 2> err.txt < /dev/null";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 130) << content(at("err.txt"));
  const Json report = Json::parse(content(at("r.json")));
  EXPECT_GT(report.at("totals").at("cases"), 0);
  EXPECT_NE(content(at("out.txt")).find(" cases  "), std::string::npos);
}

}  // namespace plumbline::crosscheck
