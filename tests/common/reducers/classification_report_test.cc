#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "common/json.h"
#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

constexpr double kTolerance = 1e-9;

// A table of labels and, where given, predictions and scores (one or several a row).
Table Rows(const Json& labels, const Json& predictions, const Json& scores, size_t begin, size_t end) {
  Schema schema{{{"label", DType::kI64, 1}}};
  if (!predictions.is_null()) schema.columns.push_back({"prediction", DType::kI64, 1});
  const int64_t width = scores.is_null() ? 0 : scores[0].is_array() ? static_cast<int64_t>(scores[0].size()) : 1;
  if (width > 0) schema.columns.push_back({"scores", DType::kF32, width});
  TableBuilder table(schema);
  for (size_t i = begin; i < end; ++i) {
    table.AddI64(labels[i].get<int64_t>());
    if (!predictions.is_null()) table.AddI64(predictions[i].get<int64_t>());
    if (width == 0) continue;
    const std::vector<float> row =
        scores[i].is_array() ? scores[i].get<std::vector<float>>() : std::vector{scores[i].get<float>()};
    table.AddF32s(row.data(), width);
  }
  return table.Take();
}

Table Rows(const Json& labels, const Json& predictions, const Json& scores = nullptr) {
  return Rows(labels, predictions, scores, 0, labels.size());
}

Json Report(const Json& parameters, const std::vector<Table>& tables) {
  MemoryBlobs blobs;
  const absl::StatusOr<Output> output = Reduce(*Make("classification_report", parameters), tables, blobs);
  EXPECT_TRUE(output.ok()) << output.status();
  if (!output.ok()) return {};
  EXPECT_EQ(output->kind, OutputKind::kDocument);
  const std::string text = ContentOf(*output, blobs);
  EXPECT_EQ(output->bytes, static_cast<int64_t>(text.size()));
  const Json document = *ParseJson(text);
  EXPECT_EQ(document.dump(), text) << "the document is not canonical";
  return document;
}

absl::Status LeafStatus(const Table& rows, const Json& parameters = Json::object()) {
  MemoryBlobs blobs;
  std::string partial;
  return Make("classification_report", parameters)->Leaf(rows, &partial, blobs);
}

void ExpectScores(const Json& actual, const Json& expected, const std::string& of) {
  for (const char* name : {"precision", "recall", "f1"}) {
    EXPECT_NEAR(actual[name].get<double>(), expected[name].get<double>(), kTolerance) << name << " of " << of;
  }
}

Json Figures() {
  std::ifstream file("tests/data/classification_report.json");
  std::ostringstream text;
  text << file.rdbuf();
  const absl::StatusOr<Json> figures = ParseJson(text.str());
  EXPECT_TRUE(figures.ok()) << figures.status() << "; run the test in the root of the repository";
  return figures.ok() ? *figures : Json{{"cases", Json::array()}};
}

void ExpectAgrees(const Json& report, const Json& expected) {
  EXPECT_NEAR(report["accuracy"].get<double>(), expected["accuracy"].get<double>(), kTolerance);
  ExpectScores(report["macro_avg"], expected["macro_avg"], "macro_avg");
  ExpectScores(report["weighted_avg"], expected["weighted_avg"], "weighted_avg");
  for (const Json& described : report["classes"]) {
    const std::string name = described["name"];
    if (!expected["classes"].contains(name)) {
      EXPECT_EQ(described["support"], 0);
      continue;
    }
    ExpectScores(described, expected["classes"][name], "class " + name);
    EXPECT_EQ(described["support"], expected["classes"][name]["support"]);
  }
  EXPECT_EQ(report["confusion_matrix"], expected["confusion_matrix"]);
  EXPECT_EQ(report["roc_auc"].is_null(), expected["roc_auc"].is_null());
  EXPECT_EQ(report.contains("roc_auc_reason"), expected["roc_auc"].is_null());
  if (expected["roc_auc"].is_number() && report["roc_auc"].is_number()) {
    EXPECT_NEAR(report["roc_auc"].get<double>(), expected["roc_auc"].get<double>(), kTolerance);
  }
}

TEST(ClassificationReport, AgreesWithScikitLearn) {
  const Json figures = Figures();
  EXPECT_GE(figures["cases"].size(), 9u);
  for (const Json& given : figures["cases"]) {
    SCOPED_TRACE(given["name"].get<std::string>());
    std::vector<Table> tables;
    const size_t rows = given["labels"].size();
    for (size_t i = 0; i < rows; i += 7) {
      tables.push_back(Rows(given["labels"], given["predictions"], given["scores"], i, std::min(rows, i + 7)));
    }
    Json parameters = {{"positive", given["positive"]}};
    const size_t classes = given["expected"]["confusion_matrix"].size();
    if (given["scores"].is_null()) {
      for (size_t i = 0; i < classes; ++i) parameters["classes"].push_back(std::to_string(i));
    }
    const Json report = Report(parameters, tables);
    EXPECT_EQ(report["rows"], rows);
    ExpectAgrees(report, given["expected"]);
  }
}

TEST(ClassificationReport, NamesWhatIsUndefined) {
  const Json report = Report({{"classes", {"good", "bad", "ugly"}}}, {Rows({0, 1}, {0, 0})});
  EXPECT_EQ(report["classes"][1]["precision"], 0.0);
  ASSERT_EQ(report["undefined"].size(), 2u);
  EXPECT_EQ(report["undefined"][0], "precision of class \"bad\": it is never predicted");
  EXPECT_THAT(report["undefined"][1].get<std::string>(), testing::HasSubstr("\"ugly\": it neither occurs"));
  EXPECT_EQ(report["macro_avg"]["recall"], 0.5);  // ugly is left out
}

TEST(ClassificationReport, SaysWhyThereIsNoRocAuc) {
  const auto reason = [](const Table& rows) { return Report({}, {rows})["roc_auc_reason"].get<std::string>(); };
  EXPECT_EQ(reason(Rows({0, 1}, {0, 1})), "there are no scores");
  EXPECT_EQ(reason(Rows({1, 1}, nullptr, {{0.5, 0.5}, {0.25, 0.75}})), "only class \"1\" occurs as label");
  EXPECT_EQ(reason(Rows({1, 2}, nullptr, {{0, 1, 0}, {1, 0, 0}})), "it is for two classes, there are 3");
}

TEST(ClassificationReport, TellsTheCurveItsCalibrationAndTheCheapestThreshold) {
  const Table rows = Rows({0, 1, 0, 1}, nullptr, {{0.75, 0.25}, {0.5, 0.5}, {0.25, 0.75}, {0.125, 0.875}});
  const Json report = Report({{"costs", {{"false_negative", 3}}}}, {rows});
  EXPECT_EQ(report["roc"]["true_positive_rate"], Json::parse("[0.0,0.5,0.5,1.0,1.0]"));
  EXPECT_EQ(report["roc"]["false_positive_rate"], Json::parse("[0.0,0.0,0.5,0.5,1.0]"));
  EXPECT_EQ(report["roc"]["threshold"], Json::parse("[null,0.875,0.75,0.5,0.25]"));
  EXPECT_EQ(report["calibration"]["bins"][8]["observed"], 1.0);
  EXPECT_EQ(report["decision"]["threshold"], 0.5);
  EXPECT_EQ(report["decision"]["cost"], 1.0);
  EXPECT_EQ(report["decision"]["costs"]["false_positive"], 1.0);
  EXPECT_EQ(report["decision"]["at_cost_ratio"], Json::parse(R"({"threshold":0.25,"false_positives":2,
            "false_negatives":0,"cost":2.0})"));
}

TEST(ClassificationReport, ScoresThatAreNoProbabilitiesHaveACurveAndNoCalibration) {
  const Json report = Report({}, {Rows({0, 1}, nullptr, {{-3, 3}, {2, 4}})});
  EXPECT_EQ(report["roc_auc"], 1.0);
  EXPECT_EQ(report["calibration"], nullptr);
  EXPECT_THAT(report["calibration_reason"].get<std::string>(), testing::HasSubstr("no probabilities"));
  EXPECT_FALSE(report.contains("decision"));
}

TEST(ClassificationReport, RowsWithoutALabelAreCountedAndNoMore) {
  const Json scores = {{0.5, 0.5}, {0.75, 0.25}, {0.25, 0.75}, {0.125, 0.875}, {0.625, 0.375}};
  const Json known = {{0.75, 0.25}, {0.25, 0.75}, {0.625, 0.375}};
  Json report = Report({}, {Rows({-1, 0}, nullptr, {scores[0], scores[1]}),
                            Rows({1, -1, 1}, nullptr, {scores[2], scores[3], scores[4]})});
  EXPECT_EQ(report["unlabelled"], 2);
  report.erase("unlabelled");
  EXPECT_EQ(report, Report({}, {Rows({0, 1, 1}, nullptr, known)}));
  EXPECT_EQ(Report({}, {Rows({-1, -1}, nullptr, {scores[0], scores[1]})})["unlabelled"], 2);
}

TEST(ClassificationReport, TextLabelsAreNamesOfClasses) {
  TableBuilder table(Schema{{{"class", DType::kText, 1}, {"prediction", DType::kI64, 1}}});
  table.AddText("bad");
  table.AddI64(1);
  table.AddText("0");
  table.AddI64(1);
  const Json report = Report({{"label", "class"}, {"classes", {"good", "bad"}}}, {table.Take()});
  EXPECT_EQ(report["confusion_matrix"], Json::parse("[[0,1],[0,1]]"));
  EXPECT_EQ(report["positive"], "bad");
}

// Rows whose label column says what its classes are called.
Table Named(const Json& labels, const Json& predictions, std::vector<std::string> classes,
            const Json& scores = nullptr) {
  Table table = Rows(labels, predictions, scores);
  table.schema.columns[0].classes = std::move(classes);
  return table;
}

std::vector<std::string> NamesOf(const Json& report) {
  std::vector<std::string> names;
  for (const Json& item : report["classes"]) names.push_back(item["name"]);
  return names;
}

TEST(ClassificationReport, ClassesAreCalledWhatTheLabelsColumnCallsThem) {
  const Json scores = {{0.75, 0.25}, {0.25, 0.75}};
  const std::vector<Table> tables = {Table{}, Named({0, 1}, nullptr, {"good", "bad"}, scores),
                                     Named({1, 0}, nullptr, {"good", "bad"}, scores)};
  const Json report = Report(Json::object(), tables);
  EXPECT_THAT(NamesOf(report), testing::ElementsAre("good", "bad"));
  EXPECT_EQ(report["positive"], "bad");
  EXPECT_EQ(report["roc_auc"], 0.5);
  EXPECT_THAT(NamesOf(Report({{"classes", {"a", "b"}}}, tables)), testing::ElementsAre("a", "b"));
}

TEST(ClassificationReport, NamedClassesAreListedEvenIfNoneOccurs) {
  const Json report = Report(Json::object(), {Named({0}, {0}, {"x", "y", "z"})});
  EXPECT_THAT(NamesOf(report), testing::ElementsAre("x", "y", "z"));
}

TEST(ClassificationReport, NamesOfAnotherNumberThanScoresAreLeftOut) {
  const Json report = Report(Json::object(), {Named({0, 2}, nullptr, {"x", "y"}, {{1, 0, 0}, {0, 0, 1}})});
  EXPECT_THAT(NamesOf(report), testing::ElementsAre("0", "1", "2"));
}

TEST(ClassificationReport, PartialsThatNameOtherClassesAreRefused) {
  MemoryBlobs blobs;
  const auto status = [&](std::vector<std::string> left, std::vector<std::string> right) {
    return Reduce(*Make("classification_report"), {Named({0}, {0}, std::move(left)), Named({0}, {0}, std::move(right))},
                  blobs)
        .status();
  };
  EXPECT_THAT(status({"good", "bad"}, {"bad", "good"}),
              Says("2 classes (good, bad) without scores and 2 classes (bad"));
  EXPECT_THAT(status({"good", "bad"}, {}), Says("(good, bad) without scores and any number of classes"));
  EXPECT_TRUE(status({"good", "bad"}, {"good", "bad"}).ok());
  const std::string named = LeafOf(*Make("classification_report"), Named({0}, {0}, {"good", "bad"}), blobs);
  EXPECT_THAT(Make("classification_report", {{"classes", {"a", "b"}}})->Validate(named), Says("names classes"));
}

TEST(ClassificationReport, DamagedNamesAreSurvived) {
  MemoryBlobs blobs;
  const auto reducer = Make("classification_report");
  const Table table = Named({0, 1}, nullptr, {"good", "bad"}, {{0.75, 0.25}, {0.25, 0.75}});
  ExpectSurvivesDamage(*reducer, LeafOf(*reducer, table, blobs), blobs);
}

TEST(ClassificationReport, NoRowsGiveAReportOfNothing) {
  for (const std::vector<Table>& tables : {std::vector<Table>{}, {Table{}}, {Rows(Json::array(), Json::array())}}) {
    const Json report = Report({{"classes", {"a", "b"}}}, tables);
    EXPECT_EQ(report["rows"], 0);
    EXPECT_EQ(report["accuracy"], 0.0);
    EXPECT_EQ(report["roc_auc"], nullptr);
  }
}

TEST(ClassificationReport, ValuesThatAreNoClassAreNamed) {
  EXPECT_THAT(LeafStatus(Rows({0, 2}, nullptr, {{0, 1}, {1, 0}})), Says("2 in column \"label\", row 1"));
  EXPECT_THAT(LeafStatus(Rows({-2}, {0})), Says("-2 in column \"label\""));
  EXPECT_THAT(LeafStatus(Rows({4096}, {0})), Says("4096 in column \"label\""));
  EXPECT_THAT(LeafStatus(Rows({0}, {7}), {{"classes", {"a", "b"}}}), Says("7 in column \"prediction\""));
}

TEST(ClassificationReport, ColumnsThatAreMissingOrDoNotFitAreNamed) {
  EXPECT_THAT(LeafStatus(Integers("n", {1})), Says("no label column \"label\"; the rows have n:i64"));
  EXPECT_THAT(LeafStatus(Integers("label", {1})), Says("neither a prediction column nor scores"));
  EXPECT_THAT(LeafStatus(Rows({0}, nullptr, {0.5})), Says("neither a prediction column nor scores"));
  EXPECT_THAT(LeafStatus(Rows({0}, {0}), {{"scores", "logits"}}), Says("no column \"logits\""));
  EXPECT_THAT(LeafStatus(Rows({0}, nullptr, {{0, 1}}), {{"classes", {"a", "b", "c"}}}), Says("do not fit 3 classes"));
}

TEST(ClassificationReport, ANanScoreIsRefused) {
  TableBuilder table(Schema{{{"label", DType::kI64, 1}, {"scores", DType::kF32, 2}}});
  table.AddI64(0);
  const float scores[2] = {0, NAN};
  table.AddF32s(scores, 2);
  EXPECT_THAT(LeafStatus(table.Take()), Says("score 1 in row 0"));
}

TEST(ClassificationReport, BadParametersAreNamed) {
  const auto status = [](const Json& parameters) { return MakeReducer("classification_report", parameters).status(); };
  EXPECT_THAT(status({{"positive", 2}}), Says("positive: 2"));
  EXPECT_THAT(status({{"classes", {"a"}}}), Says("classes: 1 names"));
  EXPECT_THAT(status({{"classes", {"a", "a"}}}), Says("\"a\" is listed twice"));
  EXPECT_THAT(status({{"classes", {"a", 1}}}), Says("classes: 1 is not a name"));
  EXPECT_THAT(status({{"costs", {{"false_positive", -1}}}}), Says("costs.false_positive: -1"));
  EXPECT_THAT(status({{"costs", {{"false_positive", 0}, {"false_negative", 0}}}}), Says("both are 0"));
  EXPECT_THAT(status({{"costs", {{"false_alarm", 1}}}}), Says("false_alarm"));
}

TEST(ClassificationReport, TasksAboutDifferentClassesAreRefused) {
  MemoryBlobs blobs;
  EXPECT_THAT(
      Reduce(*Make("classification_report"), {Rows({0}, nullptr, {{0, 1}}), Rows({0}, nullptr, {{0, 1, 2}})}, blobs)
          .status(),
      Says("2 classes with scores and 3 classes without scores"));
}

TEST(ClassificationReport, DamagedPartialsAreSurvived) {
  MemoryBlobs blobs;
  const auto reducer = Make("classification_report");
  ExpectSurvivesDamage(*reducer, LeafOf(*reducer, Rows({0, 1}, nullptr, {{0.5, 0.5}, {0.25, 0.75}}), blobs), blobs);
  ExpectSurvivesDamage(*reducer, LeafOf(*reducer, Rows({0, 2}, {1, 2}), blobs), blobs);
}

}  // namespace
}  // namespace mote
