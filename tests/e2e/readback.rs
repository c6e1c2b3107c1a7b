//! What a person reads on the page, at ten points of each view, is what the model computes: text and pixels against a
//! native run of the same gallery model.

use std::time::Instant;

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    model::{Act, Intervention, Level},
    puzzle::{Kind, sudoku::Shape},
    random::Random,
};
use serde_json::{Value, json};

use crate::{
    Result,
    browser::{Browser, Chromium, PATIENCE},
    folder::Folder,
    native::{Reference, rms},
    page::Page,
    visit,
};

const MODEL: &str = "sudoku-6x6";
/// H's early steps, when the states still move, and some late ones.
const POINTS: [usize; 10] = [2, 5, 8, 11, 14, 17, 20, 26, 35, 47];
/// L's, before and after H has given it another aim.
const L_POINTS: [usize; 10] = [1, 3, 4, 6, 7, 9, 13, 16, 22, 34];
/// Ten steps of each module, by their number among its own.
const STEPS: [(Level, [usize; 10]); 2] =
    [(Level::H, [0, 1, 2, 3, 4, 5, 7, 9, 12, 15]), (Level::L, [0, 1, 2, 3, 5, 8, 13, 18, 25, 31])];
/// What engines may differ by: a share of the value, and what is left of the last digits that are shown.
const SHARE: f64 = 0.02;
/// Half of the third decimal, to which readings are rounded.
const DIGITS: f64 = 0.0005;

/// The first number after `word` in a text.
fn number_after(text: &str, word: &str) -> Result<f64> {
    let (_, rest) = text.split_once(word).ok_or_else(|| format!("{word:?} is not in {text:?}"))?;
    let rest = rest.trim_start().replace('\u{2212}', "-");
    let is_part = |c: char| c.is_ascii_digit() || "+-.e".contains(c);
    let number: String = rest.chars().take_while(|c| is_part(*c)).collect();
    Ok(number.trim_end_matches('.').parse().map_err(|error| format!("{number:?} in {text:?}: {error}"))?)
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64, digits: f64) {
    let allowed = SHARE * expected.abs() + digits;
    assert!((found - expected).abs() <= allowed, "{what}: the page says {found}, the model {expected}");
}

/// A puzzle, its native run and the page after its own run, opened by a link to the last moment.
async fn open<'a>(browser: &'a Browser, url: &str, view: &str) -> Result<(Page<'a>, Reference)> {
    let kind = Kind::new(&Shape::SIX);
    let puzzle = kind.decode(&kind.generate(&mut Random::new(11), 0.7).unwrap().question);
    let reference = Reference::run(MODEL, kind, &puzzle).await?;
    let last = reference.states.len() - 1;
    let link = format!("{url}#model={MODEL}&puzzle={puzzle}&engine=cpu&view={view}&moment={last}");
    let page = Page::open_link(browser, &link).await?;
    page.wait_for_end().await?;
    Ok((page, reference))
}

/// Pixels of a heat map and what is read there by pointing: value by value.
async fn heat_map(page: &Page<'_>, reference: &Reference, level: Level, values: &[f32], scale: f32) -> Result<()> {
    let map = if level == Level::H { "heat-map-h" } else { "heat-map-l" };
    let channels = reference.channels();
    for point in 0..10 {
        let (position, channel) = (point * 3 + 2, point * 9 + 4);
        let value = values[position * channels + channel];
        let (pixel, reading): (Vec<u8>, String) = page
            .script(
                r#"const [map, x, y] = arguments;
                const canvas = document.querySelector(`[data-testid=${map}]`), area = canvas.getBoundingClientRect();
                canvas.dispatchEvent(new PointerEvent("pointermove", { bubbles: true,
                    clientX: area.left + (x + 0.5) / canvas.width * area.width,
                    clientY: area.top + (y + 0.5) / canvas.height * area.height }));
                const pixel = [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3);
                return new Promise(done => requestAnimationFrame(() =>
                    done([pixel, canvas.closest(".heat-map").querySelector(".reading").textContent])));"#,
                [json!(map), json!(channel), json!(position)],
            )
            .await?;
        close(
            &format!("{map} at {position}, {channel}"),
            number_after(&reading, &format!("channel {}:", channel + 1))?,
            f64::from(value),
            0.002,
        );
        // The light theme: from blue through white to orange.
        let (t, end) =
            ((value / scale).clamp(-1.0, 1.0), if value < 0.0 { [0x1f, 0x5f, 0xbf] } else { [0xc2, 0x57, 0x0c] });
        for (shown, end) in pixel.into_iter().zip(end) {
            let expected = 255.0 + (f32::from(end as u8) - 255.0) * t.abs();
            assert!(
                (f32::from(shown) - expected).abs() <= 5.0,
                "{map} at {position}, {channel}: {shown} for {expected}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_overview_shows_the_models_states_changes_and_doubts() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "overview").await?;
        for moment in POINTS.into_iter().chain(L_POINTS) {
            page.seek(moment).await?;
            close(
                "change",
                number_after(&page.text("change-reading").await?, "changed by")?,
                reference.change(moment),
                DIGITS,
            );
        }
        for segment in 0..reference.segments.len() {
            page.seek(segment * 6 + 5).await?;
            let reading = page.text("halting-reading").await?;
            let [halt, go_on] = reference.segments[segment].q[0];
            close("q_halt", number_after(&reading, "q_halt")?, f64::from(halt), 0.02);
            close("q_continue", number_after(&reading, "q_continue")?, f64::from(go_on), 0.02);
        }
        page.seek(5).await?;
        heat_map(&page, &reference, Level::H, reference.z(5), reference.scale(Level::H)).await
    })
    .await
}

#[tokio::test]
async fn the_curves_of_convergence_are_the_models() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "convergence").await?;
        let last = reference.states.len() - 1;
        for moment in POINTS.into_iter().chain(L_POINTS).filter(|moment| *moment < last) {
            page.seek(moment).await?;
            close(
                "distance",
                number_after(&page.text("distance-reading").await?, " is ")?,
                reference.distance(moment),
                DIGITS,
            );
            if moment > 2 {
                let cosine = number_after(&page.text("cosine-reading").await?, "at cosine")?;
                assert!(
                    (cosine - reference.cosine(moment)).abs() < 2e-5,
                    "cosine {cosine}, {}",
                    reference.cosine(moment)
                );
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_states_are_the_models_also_as_changes() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "states").await?;
        let moment = reference.last(Level::L, 7).ok_or("L steps first")?;
        page.seek(moment).await?;
        heat_map(&page, &reference, Level::L, reference.z(moment), reference.scale(Level::L)).await?;
        page.choose("states-what", "difference").await?;
        let change: Vec<f32> = reference.before(moment).iter().zip(reference.z(moment)).map(|(a, b)| b - a).collect();
        let mut magnitudes: Vec<f32> = change.iter().map(|change| change.abs()).collect();
        magnitudes.sort_by(f32::total_cmp);
        heat_map(&page, &reference, Level::L, &change, magnitudes[(magnitudes.len() - 1) * 98 / 100]).await
    })
    .await
}

#[tokio::test]
async fn what_is_laid_over_the_board_is_the_models() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "states").await?;
        let channels = reference.channels();
        for (level, moment) in [(Level::H, 8), (Level::L, 10)] {
            page.seek(moment).await?;
            let rows = |z: &[f32]| z.chunks(channels).map(<[f32]>::to_vec).collect::<Vec<_>>();
            let (before, after) = (rows(&reference.before(moment)), rows(reference.z(moment)));
            let chances = reference.probabilities(moment);
            let zero = vec![0.0; channels];
            for figure in ["norm", "change", "confidence", "entropy"] {
                page.choose("overlay", &format!("{level:?}-{figure}")).await?;
                // A label ends with the value; pointing at a cell shows that beside the pointer too.
                let labels = page.labels().await?;
                let shown: Vec<&str> = labels.iter().filter_map(|label| label.rsplit(", ").next()).collect();
                page.point_at(2).await?;
                let title: String =
                    page.script("return document.querySelector('[data-testid=board]').title", []).await?;
                assert_eq!(title, shown[2]);
                for cell in (0..10).map(|point| point * 3 + 2) {
                    let expected = match figure {
                        "norm" => rms(&zero, &after[cell]) * (channels as f64).sqrt(),
                        "change" => rms(&before[cell], &after[cell]),
                        "confidence" => chances[cell].iter().copied().fold(0.0, f64::max),
                        _ => chances[cell].iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum(),
                    };
                    let what = format!("{figure} of z_{level:?} at cell {cell}");
                    close(&what, number_after(shown[cell], "")?, expected, 0.001 + 0.001 * expected);
                }
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn trajectories_lie_on_the_models_principal_components() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "trajectory").await?;
        for (level, steps) in STEPS {
            page.choose("trajectory-level", &format!("{level:?}")).await?;
            let (moments, scores) = (reference.moments(level), reference.scores(level));
            let size = scores.iter().flatten().fold(0.0_f64, |size, along| size.max(along.abs()));
            for step in steps {
                page.seek(moments[step]).await?;
                let reading = page.text("trajectory-3d-reading").await?;
                let shown: Vec<f64> = reading
                    .rsplit(": ")
                    .next()
                    .unwrap_or_default()
                    .split(", ")
                    .filter_map(|x| x.parse().ok())
                    .collect();
                assert_eq!(shown.len(), 3, "{reading}");
                for (shown, along) in shown.iter().zip(scores[step]) {
                    assert!(
                        (shown - along).abs() < 0.001 + 1e-4 * size,
                        "{level:?} step {step}: {reading}, expected {:?}",
                        scores[step]
                    );
                }
                let plane = page.text("trajectory-reading").await?;
                assert!(reading.starts_with(&plane), "{plane} in the plane, {reading} in space");
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn answers_on_the_way_are_the_models() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "answers").await?;
        for (level, steps) in STEPS {
            page.choose("answers-level", &format!("{level:?}")).await?;
            let moments = reference.moments(level);
            for (point, step) in steps.into_iter().enumerate() {
                page.seek(moments[step]).await?;
                let answer = reference.answer(moments[step]);
                let shown: String =
                    page.script("return document.querySelector('[data-testid=answer-board]').textContent", []).await?;
                let expected: String =
                    answer.iter().filter(|token| **token > 1).map(|token| (token - 1).to_string()).collect();
                assert_eq!(shown.replace(char::is_whitespace, ""), expected, "the answer after {level:?} step {step}");
                let changed = match step.checked_sub(1) {
                    Some(before) => {
                        reference.answer(moments[before]).iter().zip(&answer).filter(|(a, b)| a != b).count()
                    }
                    None => 0,
                };
                let reading = page.text("answers-reading").await?;
                assert!(reading.contains(&format!(": {changed} cells changed")), "{reading}, expected {changed}");
                let cell = point * 3 + 2;
                page.point_at(cell).await?;
                let best = reference.probabilities(moments[step])[cell].iter().copied().fold(0.0, f64::max);
                let shown: String = page
                    .script("return document.querySelector('[data-testid=top-symbols] .percent').textContent", [])
                    .await?;
                close("the best symbol", shown.trim_end_matches(" %").parse()?, best * 100.0, 0.11);
            }
        }
        Ok(())
    })
    .await
}

impl Page<'_> {
    /// Points at a cell and reads what the table of the Attention view says of it, row by row, once that is about `expected`:
    /// the worker computes it.
    async fn mixing_of(&self, cell: usize, expected: &[Vec<f32>]) -> Result<Vec<Vec<f64>>> {
        self.point_at(cell).await?;
        let len = expected.iter().map(Vec::len).sum::<usize>();
        let begun = Instant::now();
        loop {
            self.settle().await?;
            let texts: Vec<String> = self
                .script(
                    "return [...document.querySelectorAll('#view tbody tr')].map(row => row.cells[2].textContent)",
                    [],
                )
                .await?;
            let values: Vec<f64> = texts.iter().filter_map(|text| text.parse().ok()).collect();
            let shown: Vec<Vec<f64>> = values.chunks(expected[0].len()).map(<[f64]>::to_vec).collect();
            let own = expected.iter().map(|row| f64::from(row[cell]));
            let is_it = values.len() == len
                && own.zip(&shown).all(|(own, row)| (own - row[cell]).abs() <= own.abs() * 0.02 + 0.001);
            // What stands there after all the patience is held against what was expected, and told.
            if is_it || begun.elapsed() > PATIENCE {
                return Ok(shown);
            }
        }
    }
}

#[track_caller]
fn rows_close(what: &str, shown: &[Vec<f64>], expected: &[Vec<f32>]) {
    assert_eq!(shown.len(), expected.len(), "{what}");
    for (shown, expected) in shown.iter().zip(expected) {
        let most = expected.iter().copied().fold(0.0, f32::max);
        for (at, (shown, expected)) in shown.iter().zip(expected).enumerate() {
            close(&format!("{what} of {at}"), *shown, f64::from(*expected), 0.001 + f64::from(most) * 0.001);
        }
    }
}

#[tokio::test]
async fn what_a_cell_takes_is_the_models() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "attention").await?;
        page.show("attention").await?;
        page.seek(8).await?;
        for (level, name) in [(Level::H, "H"), (Level::L, "L")] {
            page.choose("mixing-level", name).await?;
            for cell in [0, 3, 7, 10, 14, 18, 21, 27, 30, 35] {
                let expected = reference.mixing(level, 8, cell).await?;
                let shown = page.mixing_of(cell, &expected).await?;
                rows_close(&format!("what {cell} takes in {name}"), &shown, &expected);
            }
        }
        Ok(())
    })
    .await
}

/// A model with attention, brought as a file: what every head of every layer attends to.
#[tokio::test]
async fn what_heads_attend_to_is_the_models() -> Result<()> {
    let config = r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":2,"L_layers":1,"hidden_size":32,
        "num_heads":2,"halt_max_steps":3,"puzzle":"sudoku-4x4"}"#;
    let folder = Folder::new("hrm-e2e-attention")?;
    let model = ModelConfig::from_json(config)?;
    let weights = Weights::init(&model, 3);
    let files = [folder.write("heads.safetensors", weights.to_safetensors()?)?, folder.write("heads.json", config)?];
    visit(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        let puzzle = crate::PUZZLES[0].0;
        page.type_puzzle(puzzle).await?;
        page.upload("open-model", &files.join("\n")).await?;
        page.wait_for("document.querySelector('[data-testid=model]').value === 'heads'").await?;
        page.wait_until_ready().await?;
        page.solve().await?;
        page.show("attention").await?;
        page.wait_for("document.querySelector('[data-testid=mixing] canvas')").await?;
        assert!(page.text("mixing-kind").await?.contains("each board sums to 1"));
        let reference = Reference::of(model, weights, Kind::new(&Shape::FOUR), puzzle, &[]).await?;
        let moment = 11;
        page.seek(moment).await?;
        for (level, name, rows) in [(Level::H, "H", 4), (Level::L, "L", 2)] {
            page.choose("mixing-level", name).await?;
            for cell in [0, 1, 3, 5, 6, 8, 10, 12, 13, 15] {
                let expected = reference.mixing(level, moment, cell).await?;
                let shown = page.mixing_of(cell, &expected).await?;
                assert_eq!(shown.len(), rows, "a row for every head of every layer");
                rows_close(&format!("what {cell} attends to in {name}"), &shown, &expected);
                for row in &shown {
                    let sum: f64 = row.iter().sum();
                    assert!((sum - 1.0).abs() < 0.01, "the weights of {cell} sum to {sum}");
                }
                if level == Level::H {
                    let heads = reference.attention(moment, cell).ok_or("H has not stepped twice")?;
                    for (head, row) in heads.iter().zip(&expected) {
                        let apart = head.iter().zip(row).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
                        assert!(apart < 1e-4, "{cell}: {apart} from the weights computed here");
                    }
                }
            }
        }
        browser.screenshot("attention-heads").await
    })
    .await
}

#[tokio::test]
async fn the_dimensions_in_use_are_the_models() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, _) = open(browser, url, "trajectory").await?;
        // The puzzles are random: of a seed that is known.
        page.script::<()>("Math.random = () => 0.25", []).await?;
        page.click("measure-dimensions").await?;
        page.wait_for("document.querySelector('[data-testid=measure-dimensions]').textContent.startsWith('Measure')").await?;
        let shown: Vec<String> = page
            .script("return [...document.querySelectorAll('[data-testid=dimensions] .percent')].map(bar => bar.textContent)", [])
            .await?;
        let kind = Kind::new(&Shape::SIX);
        let mut random = Random::new(u64::from((0.25 * f64::from(u32::MAX)) as u32));
        let levels = (0..kind.levels()).cycle().take(20);
        let questions: Vec<_> =
            levels.map(|level| kind.generate(&mut random, kind.difficulty_of(level)).unwrap().question).collect();
        let expected = Reference::dimensions(MODEL, questions).await?;
        for (shown, expected) in shown.iter().zip(expected) {
            close("dimensions", number_after(shown, "")?, expected, 0.05);
        }
        assert_eq!(shown.len(), 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_experiment_is_laid_over_the_untouched_run_as_the_model_makes_it() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, untouched) = open(browser, url, "experiments").await?;
        let at = 8;
        page.seek(at).await?;
        // In the order of the list: freeze, restart and disturb, z_H before z_L.
        for (choice, act) in [
            ("1", Act::Freeze { level: Level::L }),
            ("2", Act::Restart { level: Level::H }),
            ("4", Act::Noise { level: Level::H, size: 1.0, seed: 1 }),
        ] {
            page.choose("act", choice).await?;
            if let Act::Noise { size, seed, .. } = act {
                page.enter("noise-size", &size.to_string()).await?;
                page.enter("noise-seed", &seed.to_string()).await?;
            }
            page.click("run-experiment").await?;
            page.wait_for("document.querySelector('[data-testid=swap-runs]:enabled')").await?;
            page.script::<()>("document.querySelectorAll('#view details').forEach(table => table.open = true)", [])
                .await?;
            page.settle().await?;
            let puzzle = untouched.kind.decode(&untouched.question);
            let acts = [Intervention { at, act }];
            let experiment = Reference::run_under(MODEL, untouched.kind, &puzzle, &acts).await?;
            let rows: Vec<Vec<String>> = page
                .script(
                    "return [...document.querySelector('#view details table').tBodies[0].rows]
                        .map(row => [...row.cells].map(cell => cell.textContent))",
                    [],
                )
                .await?;
            assert_eq!(rows.len(), untouched.segments.len(), "{act:?}");
            for (segment, row) in rows.iter().enumerate() {
                let (l, h) = (segment * 6 + 4, segment * 6 + 5);
                let what = format!("{act:?}, segment {}", segment + 1);
                close(&format!("{what}, z_H"), row[1].parse()?, experiment.apart(&untouched, h), 2e-5);
                close(&format!("{what}, z_L"), row[2].parse()?, experiment.apart(&untouched, l), 2e-5);
                let answers = experiment.answer(h).into_iter().zip(untouched.answer(h));
                assert_eq!(row[3], answers.filter(|(a, b)| a != b).count().to_string(), "{what}");
            }
            page.click("swap-runs").await?;
            page.wait_for("document.querySelector('[data-testid=run-experiment]:enabled')").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_board_and_the_saved_trace_say_what_the_model_says() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let (page, reference) = open(browser, url, "overview").await?;
        let last = *reference.moments(Level::H).last().ok_or("H never stepped")?;
        let (answer, chances) = (reference.answer(last), reference.probabilities(last));
        let blank = (0..answer.len()).filter(|&cell| reference.question[cell] == 1).take(10);
        let labels = page.labels().await?;
        for cell in blank {
            let label = &labels[cell];
            assert!(label.contains(&format!("the model says {}", answer[cell] - 1)), "{label}");
            close("confidence", number_after(label, ", the model says")?, f64::from(answer[cell] - 1), 0.0);
            let sure = label.rsplit(", ").next().and_then(|sure| sure.strip_suffix(" % sure")).ok_or(label.as_str())?;
            close("sureness", sure.parse()?, chances[cell][usize::from(answer[cell])] * 100.0, 0.6);
        }
        let trace: Value = serde_json::from_str(&page.saved("save-json").await?)?;
        for moment in POINTS {
            let step = &trace["segments"][moment / 6]["steps"][moment % 6];
            close("change in the file", step["change"].as_f64().ok_or("no change")?, reference.change(moment), 1e-5);
            let answer: String = reference.kind.decode(&reference.answer(moment));
            assert_eq!(step["answer"].as_str(), Some(&*answer), "the answer at {moment} in the file");
        }
        Ok(())
    })
    .await
}
