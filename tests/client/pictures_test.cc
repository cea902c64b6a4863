// Documents as pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "client/pictures/chart.h"
#include "client/pictures/document_pictures.h"
#include "common/json.h"

namespace mote::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> NamesOf(const std::vector<Picture>& pictures) {
  std::vector<std::string> names;
  for (const Picture& picture : pictures) names.push_back(picture.name);
  return names;
}

Json Report() {
  return Json::parse(R"({
    "rows": 4, "accuracy": 0.5, "positive": "bad & ugly", "roc_auc": 0.75,
    "classes": [{"name": "good", "precision": 1, "recall": 1, "f1": 1, "support": 2},
                {"name": "<bad>", "precision": 1, "recall": 1, "f1": 1, "support": 2}],
    "macro_avg": {}, "weighted_avg": {}, "confusion_matrix": [[2, 0], [1, 12345]],
    "roc": {"threshold": [null, 0.5], "false_positive_rate": [0, 1], "true_positive_rate": [0, 1]},
    "calibration": {"brier": 0.125, "bins": [{"rows": 0, "mean_score": 0, "observed": 0},
                                              {"rows": 3, "mean_score": 0.25, "observed": 0.5}]}})");
}

TEST(Chart, PutsValuesWhereTheAxesSayAndLeavesOutWhatIsNoNumber) {
  Chart chart("t", {"x", {0, 10}}, {"y", {0, 1}});
  chart.Line({{0, 0}, {10, 1}, {std::numeric_limits<double>::quiet_NaN(), 0}, {20, 2}}, Ink::kFirst);
  EXPECT_THAT(chart.Svg(), HasSubstr("points=\"64.0,348.0 464.0,36.0 464.0,36.0\""));
}

TEST(Chart, AnEmptyRangeIsWidened) {
  Chart chart("t", {"x", {1, 1}}, {"y", {0, 0}});
  chart.Line({{1, 0}}, Ink::kFirst, true);
  EXPECT_THAT(chart.Svg(), HasSubstr("cx=\"64.0\" cy=\"348.0\""));
  EXPECT_THAT(chart.Svg(), Not(HasSubstr("nan")));
}

TEST(Chart, BarsAreInProportion) {
  const std::string svg = BarsSvg("t", {{"a", 2}, {"b", 1}, {"c", 0}});
  EXPECT_THAT(svg, HasSubstr("width=\"240.0\""));
  EXPECT_THAT(svg, HasSubstr("width=\"120.0\""));
  EXPECT_THAT(svg, HasSubstr("width=\"0.0\""));
  EXPECT_THAT(BarsSvg("t", {{std::string(40, 'x'), 0}}), HasSubstr(std::string(28, 'x') + "…"));
}

TEST(Pictures, AReportHasItsCurvesAndItsMatrix) {
  const std::vector<Picture> pictures = PicturesOf(Report());
  ASSERT_THAT(NamesOf(pictures), ElementsAre("roc", "calibration", "confusion"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("area 0.7500 (positive: bad &amp; ugly)"));
  EXPECT_THAT(pictures[1].svg, HasSubstr("<circle cx=\"164.0\" cy=\"192.0\""));  // a quarter along, half way up
  EXPECT_THAT(pictures[2].svg, HasSubstr("&lt;bad&gt;"));
  EXPECT_THAT(pictures[2].svg, HasSubstr(">12345<"));
}

TEST(Pictures, FeaturesAreBarsTheGreatestFirst) {
  const Json importance =
      Json::parse(R"({"importance_of": "roc_auc", "score": 0.8, "rows": 9, "repeats": 2, "features": [
      {"name": "a<b", "mean": 0.2, "deviation": 0.1}, {"name": "c", "mean": 0.1, "deviation": 0},
      {"name": "d", "mean": -0.1, "deviation": 0}]})");
  std::vector<Picture> pictures = PicturesOf(importance);
  ASSERT_THAT(NamesOf(pictures), ElementsAre("importance"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("Loss of roc_auc without the feature"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("a&lt;b"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("width=\"120.0\""));
  EXPECT_THAT(pictures[0].svg, HasSubstr("width=\"0.0\""));  // no bar to the left
  const Json gain = Json::parse(R"({"kind": "boost", "trees": 1, "leaves": 3, "features": [
      {"feature": "age", "gain": 0.75}, {"feature": 4, "gain": 0.25}]})");
  pictures = PicturesOf(gain);
  ASSERT_THAT(NamesOf(pictures), ElementsAre("gain"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("x[4]"));
}

TEST(Pictures, ADependenceIsALineOverNumbersAndBarsOverCategories) {
  Json document = Json::parse(R"({"dependence_of": "scores", "rows": 900, "classes": ["good", "bad"],
      "features": [{"name": "age/years", "kind": "number", "points": [{"value": 20, "scores": [0.5, 0.5]},
                                                                      {"value": 70, "scores": [0.75, 0.25]}]},
                   {"name": "job", "kind": "category", "points": [{"value": "no<ne", "scores": [0, 1]}]}]})");
  const std::vector<Picture> pictures = PicturesOf(document);
  ASSERT_THAT(NamesOf(pictures), ElementsAre("dependence-1-age_years", "dependence-2-job"));
  // From the least score of all features, 0.25, to the greatest, 1.
  EXPECT_THAT(pictures[0].svg, HasSubstr("64.0,244.0 464.0,348.0"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("mean score of bad by age/years"));
  EXPECT_THAT(pictures[1].svg, HasSubstr("no&lt;ne"));
  document["classes"] = {"a", "b", "c"};
  EXPECT_THAT(PicturesOf(document), IsEmpty());
}

TEST(Pictures, AHistoryHasItsLosses) {
  const Json history = Json::parse(R"({"steps": 8, "epochs": [{"epoch": 1, "loss": 2, "validation": {"loss": 1}},
                                                               {"epoch": 2, "loss": 1, "validation": {"loss": 1}}]})");
  const std::vector<Picture> pictures = PicturesOf(history);
  ASSERT_THAT(NamesOf(pictures), ElementsAre("loss"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("64.0,36.0 464.0,192.0"));
  EXPECT_THAT(pictures[0].svg, HasSubstr("validation"));
}

TEST(Pictures, OtherDocumentsHaveNone) {
  EXPECT_THAT(PicturesOf(Json::array()), IsEmpty());
  EXPECT_THAT(PicturesOf({{"classes", 3}, {"macro_avg", "x"}}), IsEmpty());
  EXPECT_THAT(PicturesOf({{"epochs", {1}}, {"steps", 1}}), IsEmpty());
  EXPECT_THAT(PicturesOf({{"epochs", Json::array()}, {"steps", 1}}), IsEmpty());
}

TEST(Pictures, APageHoldsTextAndPicturesOfOneReportOrOfSeveral) {
  const std::string page = PageOf("report <1>", {{"report <1>", "a < b", {{"roc", "<svg/>"}}}});
  EXPECT_THAT(page, HasSubstr("<h1>report &lt;1&gt;</h1>\n<pre>a &lt; b"));
  EXPECT_THAT(page, HasSubstr("<figure><svg/></figure>"));
  const std::string both = PageOf("job", {{"one", "1", {}}, {"<two>", "2", {}}});
  EXPECT_THAT(both, HasSubstr("<h1>job</h1>\n<h2>one</h2>\n<pre>1</pre>\n<h2>&lt;two&gt;</h2>\n<pre>2</pre>"));
}

}  // namespace
}  // namespace mote::client
