#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/store_bytes.h"
#include "coordinator/plan/infer_planner.h"
#include "coordinator/plan/train_planner.h"
#include "tests/testing/in_process.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"
#include "worker/engine/safetensors.h"
#include "worker/engine/torch_kernels/compat.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// y = x · w, with w of [features, classes] counting up.
std::string Script(int64_t features, int64_t classes, const std::string& result) {
  torch::jit::Module module("m");
  const at::Tensor weight = torch::arange(features * classes, torch::kFloat).view({features, classes});
  module.register_parameter("w", weight, false);
  module.define("def forward(self, x):\n  y = torch.matmul(x, self.w)\n  return " + result + "\n");
  std::ostringstream file;
  module.save(file);
  return file.str();
}

class Infer : public ::testing::Test {
 protected:
  Json File(const std::string& bytes) {
    return {{"torchscript", {{"artifact", StoreArtifact(bytes, process_.context()).ToString()}, {"name", "model.pt"}}}};
  }

  absl::StatusOr<Table> Run(const Json& parameters, const std::map<std::string, Output>& inputs, int64_t task_rows) {
    auto outputs = process_.Run("infer", parameters, inputs, {.rows = task_rows});
    if (!outputs.ok()) return outputs.status();
    return process_.Rows(outputs->at("result"));
  }

  absl::StatusOr<Table> RunCsv(Json parameters, const std::string& csv, int64_t task_rows = 2) {
    if (!parameters.contains("inputs")) parameters["inputs"] = {"p*"};
    return Run(parameters, {{"input", process_.Index(csv).value()}}, task_rows);
  }

  TableView View(const Table& table) { return TableView::Open(table.schema, table.rows, table.bytes).value(); }

  InProcess process_{TorchOptions(1)};
};

constexpr char kCsv[] = "id,p0,p1\na,1,0\nb,0,1\nc, 2.5 ,-1e1\n";

TEST_F(Infer, ColumnsOfTextBecomeABatchAndOthersAreKept) {
  const auto table = RunCsv({{"model", File(Script(2, 3, "y"))}}, kCsv);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->schema.ToString(), "id:text, prediction:i64, scores:f32[3]");
  ASSERT_EQ(table->rows, 3);
  const TableView view = View(*table);
  EXPECT_EQ(view.Text(1, 0), "b");
  EXPECT_EQ(view.Number(1, 1), 2);     // of 3, 4, 5
  EXPECT_EQ(view.Number(1, 2, 0), 3);  // second row of w
  EXPECT_EQ(view.Number(2, 2, 2), 2.5 * 2 - 10 * 5);
  EXPECT_EQ(view.Number(2, 1), 0);
}

TEST_F(Infer, RowsThatAreABatchAsTheyLieGiveTheBitsOfRowsThatAreTakenApart) {
  TableBuilder alone(Schema{{{"x", DType::kF32, 2}}});
  TableBuilder beside(Schema{{{"id", DType::kI64, 1}, {"x", DType::kF32, 2}}});
  for (int row = 0; row < 11; ++row) {
    const float values[] = {0.1f * static_cast<float>(row), 1.0f / static_cast<float>(row + 1)};
    alone.AddF32s(values, 2);
    beside.AddI64(row);
    beside.AddF32s(values, 2);
  }
  const Json parameters{{"model", File(Script(2, 3, "y"))}, {"inputs", {"x"}}, {"keep", Json::array()}};
  // Tasks of 3 rows in segments of 4: some lie in two.
  const auto lent = Run(parameters, {{"input", process_.MakeTable(alone.Take(), 4)}}, 3);
  const auto taken = Run(parameters, {{"input", process_.MakeTable(beside.Take(), 4)}}, 3);
  ASSERT_TRUE(lent.ok()) << lent.status();
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(lent->rows, 11);
  EXPECT_EQ(*lent, *taken);
}

TEST_F(Infer, SeveralBatchesAndNamedOutputs) {
  torch::jit::Module module("m");
  module.define("def forward(self, a, b):\n  return a + b, torch.argmax(torch.cat([b, a], 1), 1)\n");
  std::ostringstream file;
  module.save(file);
  Json parameters{{"model", File(file.str())}, {"outputs", {"sum", "larger"}}, {"keep", Json::array()}};
  parameters["inputs"] = {{"p0"}, {"p1"}};
  const auto table = RunCsv(parameters, kCsv);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->schema.ToString(), "sum:f32, larger:i64");
  EXPECT_EQ(View(*table).Number(2, 0), -7.5);
  EXPECT_EQ(View(*table).Number(2, 1), 1);

  parameters["outputs"] = {"sum"};
  EXPECT_THAT(RunCsv(parameters, kCsv).status().ToString(), HasSubstr("yields 2 tensors and `outputs` names 1"));
}

TEST_F(Infer, NativeModelGivesWhatTrainingMeasured) {
  const std::map<std::string, Output> inputs{{"input", process_.MakeTable(PreparedTable(90, 4, 3, 1), 50)},
                                             {"validate", process_.MakeTable(PreparedTable(33, 4, 3, 2), 50)}};
  auto trained = process_.Run("train", {{"epochs", 5}, {"validate", "clean.dev"}}, inputs);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const Json history = Json::parse(process_.Content(trained->at("history")));

  auto scored = process_.Run("infer", {{"model", "fit.model"}},
                             {{"input", inputs.at("validate")}, {"model", trained->at("model")}}, {},
                             {"classification_report", R"({"label":"class"})"});
  ASSERT_TRUE(scored.ok()) << scored.status();
  const Json report = Json::parse(process_.Content(scored->at("result")));
  EXPECT_EQ(report["rows"], 33);
  EXPECT_EQ(report["accuracy"], history["epochs"][4]["validation"]["accuracy"]);
  EXPECT_EQ(report["macro_avg"]["f1"], history["epochs"][4]["validation"]["f1_macro"]);
}

TEST_F(Infer, NativeModelRefusesOtherFeatures) {
  const Output table = process_.MakeTable(PreparedTable(90, 4, 3, 1), 50);
  auto trained = process_.Run("train", {{"epochs", 1}}, {{"input", table}});
  ASSERT_TRUE(trained.ok()) << trained.status();
  const Output other = process_.MakeTable(PreparedTable(90, 5, 3, 1), 50);
  const auto status = Run({{"model", "fit.model"}}, {{"input", other}, {"model", trained->at("model")}}, 10).status();
  EXPECT_THAT(status.ToString(), HasSubstr("takes one batch of 4 features and `inputs` gives 5"));
}

// The table, with the elements of x named as prepare names them.
Output Named(Output table, const std::vector<std::string>& features) {
  Schema schema = Schema::Decode(table.schema).value();
  schema.columns[*schema.Find("x")].classes = features;
  table.schema = schema.Encode();
  return table;
}

TEST_F(Infer, NativeModelRefusesFeaturesOfOtherNamesAndNamesThem) {
  const Output plain = process_.MakeTable(PreparedTable(90, 4, 3, 1), 50);
  const Output table = Named(plain, {"age", "sum", "job=a", "job=b"});
  auto trained = process_.Run("train", {{"epochs", 1}}, {{"input", table}});
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto run = [&](const Output& input) {
    return Run({{"model", "fit.model"}}, {{"input", input}, {"model", trained->at("model")}}, 10).status();
  };
  EXPECT_TRUE(run(table).ok()) << run(table);
  EXPECT_TRUE(run(plain).ok()) << "names that are not known cannot be compared: " << run(plain);
  EXPECT_THAT(run(Named(plain, {"age", "amount", "job=a", "job=b"})).ToString(),
              AllOf(HasSubstr("model \"fit.model\" does not fit the input"), HasSubstr("trained on \"sum\", which"),
                    HasSubstr("the input has \"amount\"")));
  EXPECT_THAT(run(Named(plain, {"sum", "age", "job=a", "job=b"})).ToString(), HasSubstr("in another order"));
}

TEST_F(Infer, ModelSaysWhatItWasTrainedOn) {
  const Output table = Named(process_.MakeTable(PreparedTable(90, 2, 2, 1), 50), {"age", "sum"});
  auto trained = process_.Run("train", {{"epochs", 1}}, {{"input", table}});
  ASSERT_TRUE(trained.ok()) << trained.status();
  const std::string model = process_.Content(trained->at("model"));
  const auto header = engine::SafetensorsHeader::Parse(model, static_cast<int64_t>(model.size()));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->metadata().at("mote.features"), R"(["age","sum"])");
  EXPECT_EQ(header->metadata().at("mote.schema"), FeatureDigest({"age", "sum"}, {}));
}

TEST_F(Infer, CellThatIsNoNumberIsNamedByRowAndColumn) {
  const Json parameters{{"model", File(Script(2, 3, "y"))}};
  const std::string csv = "id,p0,p1\na,1,0\nb,0,1\nc,1,2\nd,1,x7\n";
  const auto status = RunCsv(parameters, csv).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.ToString(), HasSubstr("row=3 in \"loans.csv\": column \"p1\" is \"x7\", not a number"));
  EXPECT_THAT(RunCsv(parameters, "id,p0,p1\na,,0\n").status().ToString(), HasSubstr("column \"p0\" is empty"));
}

TEST_F(Infer, BadRowsAreLeftOutWhereTheJobSaysSo) {
  const Json parameters{{"model", File(Script(2, 3, "y"))}, {"on_bad_row", "skip"}};
  const auto table = RunCsv(parameters, "id,p0,p1\na,1,zz\nb,0,1\nc,nan,2\nd,7\ne,1,1\n", 5);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows, 2);
  EXPECT_EQ(View(*table).Text(0, 0), "b");
  EXPECT_EQ(View(*table).Number(0, 2, 0), 3);
  EXPECT_EQ(View(*table).Text(1, 0), "e");
}

TEST_F(Infer, RowsThatAreLeftOutAreKeptWithReasonAndPlace) {
  const std::string csv = "id,p0,p1\na,1,zz\nb,0,1\nc,nan,2\n\nd,7\ne,1,1\n";
  for (const std::string on_bad_row : {"skip", "quarantine"}) {
    for (const int64_t task_rows : {1, 2, 100}) {
      const Json parameters{{"model", File(Script(2, 3, "y"))}, {"inputs", {"p*"}}, {"on_bad_row", on_bad_row}};
      const auto outputs =
          process_.Run("infer", parameters, {{"input", process_.Index(csv).value()}}, {.rows = task_rows});
      ASSERT_TRUE(outputs.ok()) << outputs.status();
      EXPECT_EQ(outputs->at("result").rows, 2);
      const Table table = process_.Rows(outputs->at("quarantined"));
      EXPECT_EQ(table.schema.ToString(), "row:i64, line:i64, reason:text, record:text");
      ASSERT_EQ(table.rows, 3);
      const TableView view = View(table);
      EXPECT_EQ(view.Number(0, 0), 0);
      EXPECT_EQ(view.Number(0, 1), 2);
      EXPECT_EQ(view.Text(0, 2), "column \"p1\" is \"zz\", not a number");
      EXPECT_EQ(view.Text(0, 3), "a,1,zz");
      EXPECT_EQ(view.Text(1, 3), "c,nan,2");
      EXPECT_EQ(view.Number(2, 0), 3);
      EXPECT_EQ(view.Number(2, 1), 6);
      EXPECT_THAT(std::string(view.Text(2, 2)), HasSubstr("has 2 columns, the header has 3"));
      EXPECT_EQ(view.Text(2, 3), "d,7");
    }
  }
}

TEST_F(Infer, OfATypedTableRowsOfTextThatIsNoNumberAreKeptAsRecords) {
  TableBuilder rows(Schema{{{"n", DType::kI64, 1}, {"p", DType::kText, 1}}});
  for (const char* text : {"1", "x", "3"}) {
    rows.AddI64(rows.rows());
    rows.AddText(text);
  }
  const Json parameters{{"model", File(Script(2, 3, "y"))}, {"inputs", {"n", "p"}}, {"on_bad_row", "skip"}};
  const auto outputs = process_.Run("infer", parameters, {{"input", process_.MakeTable(rows.Take(), 2)}}, {.rows = 2});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Table table = process_.Rows(outputs->at("quarantined"));
  ASSERT_EQ(table.rows, 1);
  EXPECT_EQ(View(table).Number(0, 0), 1);
  EXPECT_EQ(View(table).Text(0, 3), R"({"n":1,"p":"x"})");
}

TEST_F(Infer, NumbersAloneLeaveNothingOut) {
  TableBuilder rows(Schema{{{"x", DType::kF32, 2}}});
  const float values[] = {1, 2};
  for (int row = 0; row < 5; ++row) rows.AddF32s(values, 2);
  const Json parameters{{"model", File(Script(2, 3, "y"))}, {"on_bad_row", "skip"}};
  const auto outputs = process_.Run("infer", parameters, {{"input", process_.MakeTable(rows.Take(), 2)}}, {.rows = 2});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at("quarantined").rows, 0);
  EXPECT_EQ(outputs->at("result").rows, 5);
}

TEST_F(Infer, ShapeThatDoesNotFitIsExplained) {
  const auto status = RunCsv({{"model", File(Script(3, 2, "y"))}}, kCsv).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("model \"model.pt\" refuses a batch of f32[2, 2] (columns p0, p1)"),
                                       HasSubstr("2x2 and 3x2"), HasSubstr("check `inputs`")));
}

TEST_F(Infer, OutputsThatAreNoRowsAreRefused) {
  EXPECT_THAT(RunCsv({{"model", File(Script(2, 2, "y.sum()"))}}, kCsv).status().ToString(),
              HasSubstr("yields a single number for a batch of 2"));
  EXPECT_THAT(RunCsv({{"model", File(Script(2, 2, "'text'"))}}, kCsv).status().ToString(),
              HasSubstr("must yield a tensor"));
}

TEST_F(Infer, TruncatedFileIsRefusedAtEveryLength) {
  const std::string whole = Script(2, 3, "y");
  for (const size_t size : {size_t{0}, size_t{10}, whole.size() / 2, whole.size() - 1}) {
    const auto status = RunCsv({{"model", File(whole.substr(0, size))}}, kCsv).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << size << status;
    EXPECT_THAT(status.ToString(), HasSubstr(absl::StrCat("\"model.pt\" (", size, " bytes) is not a readable")));
  }
}

TEST_F(Infer, SameBitsHoweverOftenAModelRan) {
  // The optimising executor would specialise after the first runs and fuse.
  const Json parameters{{"model", File(Script(2, 3, "torch.sigmoid(torch.tanh(y * 0.1) * 3.7 + 0.3) * 1.7"))}};
  std::string csv = "id,p0,p1\n";
  for (int i = 0; i < 24; ++i) csv += "r,0.37,1.91\n";
  const auto table = RunCsv(parameters, csv, 4);
  ASSERT_TRUE(table.ok()) << table.status();
  const TableView view = View(*table);
  for (int64_t row = 1; row < 24; ++row) EXPECT_EQ(view.Row(row), view.Row(0)) << row;
}

TEST_F(Infer, FileThatIsNoModelOfTrainIsRefused) {
  Json parameters{{"model", {{"safetensors", File("nonsense, and more of it")["torchscript"]}}}};
  EXPECT_THAT(RunCsv(parameters, kCsv).status().ToString(), HasSubstr("not a safetensors file"));
}

TEST_F(Infer, CostsMoveTheScoreFromWhichARowIsPositive) {
  const Json model = File(Script(1, 2, "torch.cat([1 - x, x], 1)"));
  const std::string csv = "id,p0\na,0.1\nb,0.2\nc,0.9\n";
  const auto predictions = [&](const Json& costs) {
    Json parameters{{"model", model}};
    if (!costs.is_null()) parameters["costs"] = costs;
    const auto table = RunCsv(parameters, csv);
    EXPECT_TRUE(table.ok()) << table.status();
    std::vector<double> predicted;
    const TableView view = View(*table);
    for (int64_t row = 0; row < table->rows; ++row) predicted.push_back(view.Number(row, 1));
    return predicted;
  };
  EXPECT_EQ(predictions(nullptr), (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(predictions({{"false_positive", 1}, {"false_negative", 5}}), (std::vector<double>{0, 1, 1}));
  EXPECT_EQ(predictions({{"false_positive", 20}}), (std::vector<double>{0, 0, 0}));
  const auto three = RunCsv({{"model", File(Script(2, 3, "y"))}, {"costs", {{"false_negative", 5}}}}, kCsv);
  EXPECT_THAT(std::string(three.status().message()), HasSubstr("costs: are those of two classes"));
  const auto wrong = RunCsv({{"model", model}, {"costs", {{"false_negatives", 5}}}}, csv);
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("false_negatives"));
}

}  // namespace
}  // namespace mote::testing
