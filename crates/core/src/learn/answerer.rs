//! Answers to tests by vote, growing batch by batch.

use serde_json::{Value, json};

use crate::{
    config::ModelConfig,
    engine::{Engine, Session},
    model::{ModelError, Solver, Taps, Weights},
    puzzle::arc::{
        Augmentation, Candidate, Grid, Votes,
        codec::{TokenGrid, VOCABULARY},
        training::TaskSet,
    },
};

/// A test's input in one of its task's versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The number of the test, as whoever asks counts them.
    pub test: usize,
    /// The version's row of the puzzle embedding.
    pub identifier: u32,
    /// What was made of the input.
    pub augmentation: Augmentation,
    /// The input under it, tokens `[S]`.
    pub tokens: Vec<u8>,
}

impl Question {
    /// Every test of a set's task under its versions: each test as it is first. Tests are counted from `first` on.
    pub fn of_task(set: &TaskSet, task: usize, first: usize) -> Vec<Self> {
        let question = |test: usize, (identifier, tokens)| {
            let augmentation = set.version(identifier)?.augmentation;
            Some(Self { test: first + test, identifier, augmentation, tokens })
        };
        let tests = (0..).take_while(|&test| set.questions(task, test).next().is_some());
        let mut questions: Vec<(usize, Self)> = tests
            .flat_map(|test| set.questions(task, test).filter_map(move |found| question(test, found)).enumerate())
            .collect();
        // All tests grow alike.
        questions.sort_by_key(|(version, _)| *version);
        questions.into_iter().map(|(_, question)| question).collect()
    }
}

/// What was answered to a test so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestAnswer {
    /// What is handed in, by the vote: two attempts, fewer where there are not so many candidates.
    pub attempts: Vec<Grid>,
    /// The answer to the input as it is, without any vote; `None` where there is no grid in it.
    pub raw: Option<Grid>,
    /// Every answer that was given, by rank.
    pub candidates: Vec<Candidate>,
    /// Answers, those that were no grid included.
    pub total: usize,
}

impl TestAnswer {
    /// Whether one of the first `attempts` attempts is the expected grid.
    pub fn is_right(&self, expected: &Grid, attempts: usize) -> bool {
        self.attempts.iter().take(attempts).any(|attempt| attempt == expected)
    }

    /// `attempt_1` and `attempt_2`, as submissions have them: lists of rows. One that there is not is the other one, or a single
    /// black cell, for a submission has to have both.
    pub fn submission(&self) -> Value {
        let black = || vec![vec![0]];
        let attempt = |number: usize| {
            let grid = self.attempts.get(number).or_else(|| self.attempts.first());
            grid.map_or_else(black, rows)
        };
        json!({ "attempt_1": attempt(0), "attempt_2": attempt(1) })
    }

    /// The attempts, the raw answer (`null` where that is no grid) and the candidates with their figures.
    pub fn json(&self) -> Value {
        let mut value = self.submission();
        value["raw"] = json!(self.raw.as_ref().map(rows));
        let candidate = |found: &Candidate| json!({ "grid": rows(&found.grid), "count": found.count, "q": found.q });
        value["candidates"] = self.candidates.iter().map(candidate).collect();
        value
    }
}

fn rows(grid: &Grid) -> Vec<Vec<u8>> {
    grid.lines().map(<[u8]>::to_vec).collect()
}

/// A model that answers questions.
pub struct Answerer<S: Session> {
    solver: Solver<S>,
    side: TokenGrid,
    segments: usize,
    questions: Vec<Question>,
    /// Questions that are answered.
    done: usize,
    /// Of each test: its votes, and the answer to it as it is.
    tests: Vec<(Votes, Option<Grid>)>,
}

impl<S: Session> Answerer<S> {
    /// Prepares an engine for `questions` in token grids of a side, `rows` at a time, with so many segments for each.
    ///
    /// # Errors
    /// Weights that do not fit, an engine's limits.
    pub async fn new<E: Engine<Session = S>>(
        engine: &E,
        (config, weights): (&ModelConfig, &Weights),
        (side, questions): (TokenGrid, Vec<Question>),
        rows: usize,
        segments: usize,
    ) -> Result<Self, ModelError> {
        let rows = rows.clamp(1, questions.len().max(1));
        let solver = Solver::new(engine, config, weights, rows, Taps::None).await?;
        let tests = questions.iter().map(|question| question.test + 1).max().unwrap_or(0);
        Ok(Self { solver, side, segments, questions, done: 0, tests: vec![<_>::default(); tests] })
    }

    /// Questions, and how many of them are answered.
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.questions.len())
    }

    /// Answers one batch more and counts its votes; whether there is more to answer.
    ///
    /// # Errors
    /// The model's and the engine's; results that are not finite.
    pub async fn advance(&mut self) -> Result<bool, ModelError> {
        let part = &self.questions[self.done..];
        let Some(first) = part.first() else { return Ok(false) };
        let rows = self.solver.batch();
        // What is missing in the last batch is filled up with its first question, and not counted.
        let filled = || part.iter().chain(std::iter::repeat(first)).take(rows);
        let tokens: Vec<u32> = filled().flat_map(|question| &question.tokens).map(|&token| token.into()).collect();
        let ids: Vec<u32> = filled().map(|question| question.identifier).collect();
        self.solver.begin(&tokens, &ids).await?;
        let mut segment = self.solver.segment().await?;
        for _ in 1..self.segments {
            segment = self.solver.segment().await?;
        }
        let answers = segment.answer(VOCABULARY);
        let answered = part.iter().zip(answers.chunks(self.side.tokens())).zip(&segment.q);
        let count = part.len().min(rows);
        for ((question, answer), [q_halt, _]) in answered {
            let grid = self.side.decode(answer).map(|grid| question.augmentation.undo(&grid));
            let (votes, raw) = &mut self.tests[question.test];
            if question.augmentation == Augmentation::identity() {
                raw.clone_from(&grid);
            }
            votes.add(grid, *q_halt);
        }
        self.done += count;
        Ok(self.done < self.questions.len())
    }

    /// What was answered to every test so far.
    pub fn tests(&self) -> Vec<TestAnswer> {
        let test = |(votes, raw): &(Votes, Option<Grid>)| {
            let candidates: Vec<Candidate> = votes.ranked().into_iter().cloned().collect();
            let attempts = candidates.iter().take(2).map(|candidate| candidate.grid.clone()).collect();
            TestAnswer { attempts, raw: raw.clone(), candidates, total: votes.total() }
        };
        self.tests.iter().map(test).collect()
    }
}

/// How an answer comes about: after each segment its grid, `None` where there is none in it, undone to the form of the test, and
/// sigmoid(q_halt).
///
/// # Errors
/// The model's and the engine's; results that are not finite.
pub async fn forms<E: Engine>(
    engine: &E,
    (config, weights): (&ModelConfig, &Weights),
    side: TokenGrid,
    question: &Question,
    segments: usize,
) -> Result<Vec<(Option<Grid>, f64)>, ModelError> {
    let mut solver = Solver::new(engine, config, weights, 1, Taps::None).await?;
    let tokens: Vec<u32> = question.tokens.iter().map(|&token| token.into()).collect();
    solver.begin(&tokens, &[question.identifier]).await?;
    let mut forms = Vec::with_capacity(segments);
    for _ in 0..segments {
        let segment = solver.segment().await?;
        let grid = side.decode(&segment.answer(VOCABULARY)).map(|grid| question.augmentation.undo(&grid));
        let q = segment.q.first().map_or(0.0, |[q_halt, _]| 1.0 / (1.0 + (-f64::from(*q_halt)).exp()));
        forms.push((grid, q));
    }
    Ok(forms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::arc::{Pair, Task};

    fn grid(rows: &[&[u8]]) -> Grid {
        Grid::of_rows(rows).unwrap()
    }

    #[test]
    fn a_test_answer_is_written_as_a_submission_asks() {
        let (one, two) = (grid(&[&[1, 2]]), grid(&[&[3], &[4]]));
        let candidate = |grid: &Grid, count, q| Candidate { grid: grid.clone(), count, q };
        let answer = TestAnswer {
            attempts: vec![one.clone(), two.clone()],
            raw: Some(two.clone()),
            candidates: vec![candidate(&one, 3, 0.5), candidate(&two, 1, 0.25)],
            total: 5,
        };
        let expected = json!({
            "attempt_1": [[1, 2]],
            "attempt_2": [[3], [4]],
            "raw": [[3], [4]],
            "candidates": [
                { "grid": [[1, 2]], "count": 3, "q": 0.5 },
                { "grid": [[3], [4]], "count": 1, "q": 0.25 },
            ],
        });
        assert_eq!(answer.json(), expected);
        assert_eq!([1, 2].map(|attempts| answer.is_right(&two, attempts)), [false, true]);
        let single = TestAnswer { attempts: vec![one], ..TestAnswer::default() };
        assert_eq!(single.submission(), json!({ "attempt_1": [[1, 2]], "attempt_2": [[1, 2]] }));
        let none = json!({ "attempt_1": [[0]], "attempt_2": [[0]], "raw": null, "candidates": [] });
        assert_eq!(TestAnswer::default().json(), none);
    }

    #[test]
    fn every_test_is_asked_as_it_is_before_its_versions() {
        let pair = |colour: u8| Pair::new(grid(&[&[0, colour]]), Some(grid(&[&[colour, 0]])));
        let task = Task::new("", vec![pair(1), pair(2)], vec![pair(3), pair(4)]);
        let side = TokenGrid::new(4).unwrap();
        let set = TaskSet::new(side, &[task], 3, 1).unwrap();
        let questions = Question::of_task(&set, 0, 5);
        let order: Vec<(usize, u32)> = questions.iter().map(|question| (question.test, question.identifier)).collect();
        assert_eq!(order, [(5, 1), (6, 1), (5, 2), (6, 2), (5, 3), (6, 3), (5, 4), (6, 4)]);
        assert!(questions[..2].iter().all(|question| question.augmentation == Augmentation::identity()));
        let asked = side.decode(&questions[7].tokens).unwrap();
        assert_eq!(questions[7].augmentation.undo(&asked), grid(&[&[0, 4]]));
    }
}
