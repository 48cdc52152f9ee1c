// The audit of real models: they learn, every node passes, and planted bugs are named.
#include "crosscheck/models/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "spec/eval/interpret.h"
#include "tests/crosscheck/reference_steps.h"

namespace plumbline::crosscheck {
namespace {

struct Audit {
  spec::Result<Report> report;
  std::string table;
};
Audit audit(const ModelOptions& options, const ModelSubjects& subjects = cpu_model_subjects()) {
  std::ostringstream table;
  auto report = audit_model(options, subjects, table);
  return {std::move(report), table.str()};
}
ModelOptions short_run(std::string model = "digits-mlp") {
  ModelOptions o;
  o.model = std::move(model), o.steps = 2;
  return o;
}

bool accuracy_judged(const Report& r) {
  for (const Cell& c : r.cells)
    if (c.kernel == "training") return true;
  return false;
}

TEST(Model, DigitsLearnsAndEveryNodePasses) {
  const Audit a = audit({});
  ASSERT_TRUE(a.report) << a.report.error().what();
  for (const Finding& f : a.report->findings) ADD_FAILURE() << f.op << ": " << f.message;
  EXPECT_EQ(a.report->exit_code(), 0) << a.table;
  EXPECT_TRUE(accuracy_judged(*a.report));
  for (const Cell& c : a.report->cells) EXPECT_TRUE(std::isfinite(c.max_ulp) && std::isfinite(c.max_ratio)) << c.op;
  for (const char* place : {"\nstep 0\n", "\nstep 100\n", "\nstep 200\n", "\nstep 299\n"})
    EXPECT_NE(a.table.find(place), std::string::npos) << place;
  EXPECT_NE(a.table.find("accuracy 9"), std::string::npos) << a.table;
  std::printf("%s", a.table.substr(a.table.rfind("\nstep 299\n")).c_str());
}

TEST(Model, IrisLearns) {
  ModelOptions options;
  options.model = "iris-mlp";
  const Audit a = audit(options);
  ASSERT_TRUE(a.report) << a.report.error().what();
  for (const Finding& f : a.report->findings) ADD_FAILURE() << f.op << ": " << f.message;
  EXPECT_EQ(a.report->exit_code(), 0) << a.table;
  EXPECT_TRUE(accuracy_judged(*a.report));
}

// The planned step and the subjects one by one give the same bits, and so the same table.
TEST(Model, PlannedStepIsTheSubjectsByTurns) {
  ModelSubjects subjects = cpu_model_subjects();
  subjects.planned = false;
  const Audit one = audit(short_run()), other = audit(short_run(), subjects);
  ASSERT_TRUE(one.report && other.report);
  EXPECT_EQ(one.table, other.table);
}

// Every model of the list: two steps of a small batch, audited in full. Whether they learn is a matter of more steps.
TEST(Model, EveryModelPasses) {
  for (const std::string& name : model_names()) {
    ModelOptions options = short_run(name);
    options.batch = 4;
    const Audit a = audit(options);
    ASSERT_TRUE(a.report) << name << ": " << a.report.error().what();
    for (const Finding& f : a.report->findings) ADD_FAILURE() << name << ", " << f.op << ": " << f.message;
    EXPECT_EQ(a.report->exit_code(), 0) << name << "\n" << a.table;
  }
}

// Running statistics and the masks of dropout move in the same way whoever takes the steps.
TEST(Model, RunningStateOfPlannedStepAndSubjects) {
  for (const char* name : {"lenet", "resnet-block", "encoder-classifier"}) {
    ModelSubjects subjects = cpu_model_subjects();
    subjects.planned = false;
    ModelOptions options = short_run(name);
    options.steps = 3, options.batch = 4;
    const Audit one = audit(options), other = audit(options, subjects);
    ASSERT_TRUE(one.report && other.report) << name;
    EXPECT_EQ(one.table, other.table) << name;
    options.threads = 2;
    EXPECT_EQ(audit(options).table, one.table) << name;
  }
}

TEST(Model, SameSeedSameReport) {
  const Audit one = audit(short_run("iris-mlp")), other = audit(short_run("iris-mlp"));
  EXPECT_EQ(one.table, other.table);
  ModelOptions changed = short_run("iris-mlp");
  changed.seed = 2;
  EXPECT_NE(audit(changed).table, one.table);
}

// Our runtime node by node, with the values of one op spoilt before the next nodes see them.
class SpoiltOp final : public Subject {
 public:
  SpoiltOp(std::string op, std::function<double(double)> change) : op_(std::move(op)), change_(std::move(change)) {}
  std::string name() const override { return "spoilt"; }
  KernelInfo kernel(const spec::Graph& graph, spec::NodeId node) const override { return base_->kernel(graph, node); }
  spec::Result<RunResult> run(const spec::Graph& graph, const std::vector<Values>& data,
                              const std::vector<spec::NodeId>& wanted, const RunOptions& options) override {
    std::vector<Values> values;
    std::size_t leaf = 0;
    for (const spec::Node& node : graph.nodes()) {
      if (node.leaf != spec::Leaf::none) {
        values.push_back(data[leaf++]);
        continue;
      }
      std::vector<Values> in;
      for (const spec::NodeId i : node.inputs) in.push_back(values[static_cast<std::size_t>(i)]);
      const auto alone = spec::value_or_throw(spec::graph_of(node.op, graph.shapes_of(node.inputs)));
      auto run = base_->run(alone, in, alone.outputs(), options);
      if (!run) return run;
      values.push_back(run->values.front());
      if (node.op.name() == op_)
        values.back() =
            map(values.back(), [&](double x) { return static_cast<double>(static_cast<float>(change_(x))); });
    }
    RunResult result;
    for (const spec::NodeId id : wanted) result.values.push_back(values[static_cast<std::size_t>(id)]);
    return result;
  }

 private:
  std::shared_ptr<Subject> base_ = cpu_subject();
  std::string op_;
  std::function<double(double)> change_;
};

// Every op that is found to fail on its own inputs.
std::set<std::string> guilty(const ModelSubjects& subjects) {
  const Audit a = audit(short_run(), subjects);
  std::set<std::string> ops;
  if (!a.report) return {a.report.error().what()};
  for (const Cell& c : a.report->cells)
    if (c.law == "model" && c.verdicts.count(Verdict::fail)) ops.insert(c.op);
  return ops;
}

TEST(Model, AWrongGradientIsNamed) {
  ModelSubjects subjects = cpu_model_subjects();
  subjects.planned = false;
  for (const char* op : {"cross_entropy_index_grad", "relu_grad", "linear"}) {
    subjects.graph = std::make_shared<SpoiltOp>(op, [](double x) { return x * 1.001; });
    EXPECT_EQ(guilty(subjects), std::set<std::string>{op});
  }
}

TEST(Model, AWrongOptimiserIsNamed) {
  ModelSubjects subjects = cpu_model_subjects();
  subjects.planned = false;
  auto bug = std::make_shared<ReferenceOptim>();
  subjects.optim = bug;
  EXPECT_TRUE(guilty(subjects).empty());
  bug->before = [](spec::Optimiser&, spec::Index& t) { t = 1000000; };  // no bias correction
  EXPECT_EQ(guilty(subjects), std::set<std::string>{"adam"});
}

TEST(Model, WrongInitialValuesAreNamed) {
  ModelSubjects subjects = cpu_model_subjects();
  auto bug = std::make_shared<ReferenceInit>();
  subjects.init = bug;
  EXPECT_TRUE(guilty(subjects).empty());
  bug->after = [](const spec::PlannedParameter&, std::vector<float>& x) { x.back() = std::nextafter(x.back(), 1.0F); };
  EXPECT_EQ(guilty(subjects), (std::set<std::string>{"kaiming_uniform", "xavier_uniform", "zeros"}));
}

// A model that does not learn is a finding.
TEST(Model, NotLearningIsAFinding) {
  ModelSubjects subjects = cpu_model_subjects();
  subjects.planned = false;
  auto idle = std::make_shared<ReferenceOptim>();
  idle->after = [](const FloatElement& old, float, FloatElement& now) { now.p = old.p; };
  subjects.optim = idle;
  ModelOptions options;
  options.model = "iris-mlp";
  const Audit a = audit(options, subjects);
  ASSERT_TRUE(a.report);
  EXPECT_EQ(a.report->exit_code(), 1);
  bool named = false;
  for (const Finding& f : a.report->findings)
    named |= f.op == "iris-mlp" && f.message.find("accuracy") != std::string::npos;
  EXPECT_TRUE(named);
}

std::string write(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path) << text;
  return path;
}
std::string error_of(ModelOptions options) {
  const Audit a = audit(options);
  return a.report ? "none" : a.report.error().what();
}

TEST(Model, BadDataIsRefused) {
  ModelOptions options = short_run("iris-mlp");
  options.data = "/nowhere.csv";
  EXPECT_EQ(error_of(options), "/nowhere.csv: file: found none (No such file or directory), expected a file");
  options.data = write("narrow.csv", "a,b\n1,2\n");
  EXPECT_EQ(error_of(options), options.data + ": line 2: found 2 columns, expected 4 numbers and a label");
  options.data = write("few.csv", "1,2,3,4,0\n");
  EXPECT_EQ(error_of(options), options.data + ": found 1 rows, expected at least 5");
  options.data = write("label.csv", "a,b,c,d,e\n1,2,3,4,0\n1,2,3,4,1\n1,2,3,4,2\n1,2,3,4,3\n1,2,3,4,0\n");
  EXPECT_EQ(error_of(options), options.data + ": line 5: column 5: found label 3, expected an integer from 0 to 2");
  options.data.clear(), options.model = "iris-mpl";
  const std::string unknown = error_of(options);
  EXPECT_TRUE(unknown.starts_with("model: found iris-mpl, expected one of digits-mlp, iris-mlp, ")) << unknown;
  EXPECT_TRUE(unknown.ends_with(", or a file; did you mean iris-mlp?")) << unknown;
  options.model = "gpt", options.data = "letters.csv";
  EXPECT_EQ(error_of(options),
            "--data: found letters.csv, but gpt learns from rows made from the seed only");
}

TEST(Model, AGraphFromAFile) {
  ModelOptions options;
  options.model = write("graph.txt",
                        "plumbline.graph/1\nx = input [4, 3]\nw = param [5, 3]\n%2 = linear(x, w)\n%3 = softmax(%2) "
                        "axis=-1\noutput %3\n");
  const Audit a = audit(options);
  ASSERT_TRUE(a.report) << a.report.error().what();
  EXPECT_EQ(a.report->exit_code(), 0) << a.table;
  EXPECT_NE(a.table.find("softmax"), std::string::npos);
  EXPECT_NE(a.table.find("matmul"), std::string::npos);  // of the backward run
  options.model = write("empty.txt", "plumbline.graph/1\nx = input [4, 3]\n");
  EXPECT_EQ(error_of(options), options.model + ": found no output, expected `output name`");
  options.model = testing::TempDir();
  EXPECT_NE(error_of(options).find("found no regular file"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::crosscheck
