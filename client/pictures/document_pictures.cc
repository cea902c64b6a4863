#include "client/pictures/document_pictures.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/documents/document_kind.h"
#include "client/pictures/chart.h"
#include "common/json.h"

namespace mote::client {
namespace {

// More classes than this make no readable matrix.
constexpr size_t kMatrixClassesMax = 20;

std::string Of(const Json& document) {
  const Json positive = document.value("positive", Json());
  return positive.is_string() ? absl::StrCat(" (positive: ", positive.get<std::string>(), ")") : "";
}

Picture RocPicture(const Json& document) {
  const auto across = document.at("roc").at("false_positive_rate").get<std::vector<double>>();
  const auto up = document.at("roc").at("true_positive_rate").get<std::vector<double>>();
  std::vector<Point> points;
  for (size_t i = 0; i < std::min(across.size(), up.size()); ++i) points.push_back({across[i], up[i]});
  Chart chart(absl::StrFormat("ROC curve, area %.4f%s", document.at("roc_auc").get<double>(), Of(document)),
              {"false positive rate", {}}, {"true positive rate", {}});
  chart.Line({{0, 0}, {1, 1}}, Ink::kFaint);
  chart.Line(points, Ink::kFirst);
  return {"roc", chart.Svg()};
}

Picture CalibrationPicture(const Json& document) {
  const Json& calibration = document.at("calibration");
  std::vector<Point> points;
  for (const Json& bin : calibration.at("bins")) {
    if (bin.at("rows").get<int64_t>() == 0) continue;
    points.push_back({bin.at("mean_score").get<double>(), bin.at("observed").get<double>()});
  }
  Chart chart(absl::StrFormat("Calibration, Brier score %.4f%s", calibration.at("brier").get<double>(), Of(document)),
              {"mean score of a tenth of [0, 1]", {}}, {"fraction that is positive", {}});
  chart.Line({{0, 0}, {1, 1}}, Ink::kFaint);
  chart.Line(points, Ink::kFirst, /*marks=*/true);
  return {"calibration", chart.Svg()};
}

std::vector<Picture> ReportPictures(const Json& document) {
  std::vector<Picture> pictures;
  if (document.contains("roc")) pictures.push_back(RocPicture(document));
  if (document.value("calibration", Json()).is_object()) pictures.push_back(CalibrationPicture(document));
  const Json matrix = document.value("confusion_matrix", Json());
  if (!matrix.is_array() || matrix.empty() || matrix.size() > kMatrixClassesMax) return pictures;
  std::vector<std::string> names;
  for (const Json& item : document.at("classes")) names.push_back(item.at("name").get<std::string>());
  const auto counts = matrix.get<std::vector<std::vector<double>>>();
  const bool square = names.size() == counts.size() && std::all_of(counts.begin(), counts.end(), [&](const auto& row) {
                        return row.size() == names.size();
                      });
  if (square) pictures.push_back({"confusion", MatrixSvg("Confusion matrix", names, counts)});
  return pictures;
}

std::vector<Picture> HistoryPictures(const Json& document) {
  std::vector<Point> training, validation;
  double most = 0;
  for (const Json& epoch : document.at("epochs")) {
    const double x = epoch.at("epoch").get<double>();
    training.push_back({x, epoch.at("loss").get<double>()});
    most = std::max(most, training.back().y);
    if (!epoch.contains("validation")) continue;
    validation.push_back({x, epoch.at("validation").at("loss").get<double>()});
    most = std::max(most, validation.back().y);
  }
  if (training.empty()) return {};
  Chart chart("Loss", {"epoch", {1, static_cast<double>(training.size())}}, {"mean loss of a row", {0, most}});
  chart.Line(training, Ink::kFirst);
  chart.Legend("training", Ink::kFirst);
  if (!validation.empty()) {
    chart.Line(validation, Ink::kSecond);
    chart.Legend("validation", Ink::kSecond);
  }
  return {{"loss", chart.Svg()}};
}

// Of boosted trees, whose rounds are measured where there is something to validate on.
std::vector<Picture> RoundPictures(const Json& document) {
  std::vector<Point> validation;
  double most = 0;
  for (const Json& round : document.at("rounds")) {
    validation.push_back({round.at("round").get<double>(), round.at("validation_loss").get<double>()});
    most = std::max(most, validation.back().y);
  }
  if (validation.empty()) return {};
  Chart chart("Loss", {"round", {1, static_cast<double>(validation.size())}}, {"mean loss of a row", {0, most}});
  chart.Line(validation, Ink::kSecond);
  chart.Legend("validation", Ink::kSecond);
  return {{"loss", chart.Svg()}};
}

// More bars than this make no readable picture: the greatest are shown.
constexpr size_t kBarsMax = 30;

std::vector<Picture> ImportancePictures(const Json& document) {
  std::vector<Bar> bars;
  for (const Json& feature : document.at("features")) {
    // Below 0 shuffling made it better by chance: worth nothing.
    if (bars.size() < kBarsMax) {
      bars.push_back({feature.at("name").get<std::string>(), std::max(0.0, feature.at("mean").get<double>())});
    }
  }
  const auto measure = document.at("importance_of").get<std::string>();
  return {{"importance", BarsSvg(absl::StrCat("Loss of ", measure, " without the feature"), bars)}};
}

std::vector<Picture> GainPictures(const Json& document) {
  std::vector<Bar> bars;
  for (const Json& item : document.at("features")) {
    const Json& feature = item.at("feature");  // its place where it has no name
    const std::string name = feature.is_string() ? feature.get<std::string>() : absl::StrCat("x[", feature.dump(), "]");
    if (bars.size() < kBarsMax) bars.push_back({name, item.at("gain").get<double>()});
  }
  return {{"gain", BarsSvg("Gain of the splits by each feature", bars)}};
}

// More are no readable page: the text has them all.
constexpr size_t kDependencesMax = 30;

// Fit for a file's name.
std::string Slug(const std::string& name) {
  std::string slug;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    slug += plain ? c : '_';
  }
  return slug.substr(0, 40);
}

// Of two classes the second, of one score that.
double ScoreOf(const Json& point) { return point.at("scores").back().get<double>(); }

// The least and the most of all features, so that their pictures compare.
Range ScoresOf(const Json& features) {
  Range range{1e300, -1e300};
  for (const Json& feature : features) {
    for (const Json& point : feature.at("points")) {
      range.low = std::min(range.low, ScoreOf(point));
      range.high = std::max(range.high, ScoreOf(point));
    }
  }
  return range;
}

std::string DependenceSvg(const Json& feature, const std::string& score, Range range) {
  const auto name = feature.at("name").get<std::string>();
  if (feature.at("kind") != "number") {
    std::vector<Bar> bars;
    for (const Json& point : feature.at("points")) {
      bars.push_back({point.at("value").get<std::string>(), ScoreOf(point)});
    }
    return BarsSvg(absl::StrCat(score, " by ", name), bars);
  }
  std::vector<Point> points;
  for (const Json& point : feature.at("points")) points.push_back({point.at("value").get<double>(), ScoreOf(point)});
  Chart chart(absl::StrCat(score, " by ", name), {name, {points.front().x, points.back().x}}, {score, range});
  chart.Line(points, Ink::kFirst, /*marks=*/true);
  return chart.Svg();
}

// Of more classes than two no picture is readable.
std::vector<Picture> DependencePictures(const Json& document) {
  const Json& classes = document.at("classes");
  if (classes.empty() || classes.size() > 2) return {};
  const std::string score = absl::StrCat("mean score of ", classes.back().get<std::string>());
  const Json& features = document.at("features");
  const Range range = ScoresOf(features);
  std::vector<Picture> pictures;
  for (size_t i = 0; i < std::min(features.size(), kDependencesMax); ++i) {
    if (features[i].at("points").empty()) continue;
    pictures.push_back({absl::StrCat("dependence-", i + 1, "-", Slug(features[i].at("name").get<std::string>())),
                        DependenceSvg(features[i], score, range)});
  }
  return pictures;
}

}  // namespace

std::vector<Picture> PicturesOf(const Json& document) {
  try {
    switch (KindOf(document)) {
      case DocumentKind::kReport:
        return ReportPictures(document);
      case DocumentKind::kEpochs:
        return HistoryPictures(document);
      case DocumentKind::kRounds:
        return RoundPictures(document);
      case DocumentKind::kImportance:
        return ImportancePictures(document);
      case DocumentKind::kDependence:
        return DependencePictures(document);
      case DocumentKind::kGain:
        return GainPictures(document);
      case DocumentKind::kQuality:
      case DocumentKind::kEnsemble:
      case DocumentKind::kOther:
        break;
    }
  } catch (const Json::exception&) {  // another document with such fields
  }
  return {};
}

std::string PageOf(const std::string& title, const std::vector<PageSection>& sections) {
  std::string out =
      absl::StrCat("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>", XmlText(title),
                   "</title>\n<style>body{font-family:sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}"
                   "figure{display:inline-block;margin:.5rem}pre{overflow-x:auto}</style></head>\n<body>\n<h1>",
                   XmlText(title), "</h1>\n");
  for (const PageSection& section : sections) {
    if (section.title != title) absl::StrAppend(&out, "<h2>", XmlText(section.title), "</h2>\n");
    absl::StrAppend(&out, "<pre>", XmlText(section.text), "</pre>\n");
    for (const Picture& picture : section.pictures) absl::StrAppend(&out, "<figure>", picture.svg, "</figure>\n");
  }
  return absl::StrCat(out, "</body>\n</html>\n");
}

}  // namespace mote::client
