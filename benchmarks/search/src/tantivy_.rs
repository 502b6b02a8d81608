use std::error::Error;
use std::path::Path;

use medshape_catalog::{Sex, Side};
use serde_json::json;
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{Index, IndexReader, TantivyDocument, Term};

use crate::rows::{Question, Row, source_id, text};
use crate::{Engine, Said};

pub struct Tantivy {
    reader: IndexReader,
    text: Field,
    facets: Aggregations,
}

const FACETS: [&str; 6] = ["structure", "side", "sex", "age", "source", "pathology"];

impl Tantivy {
    pub fn new(folder: &Path, rows: &[Row]) -> Result<Self, Box<dyn Error>> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        let words = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let name = schema.add_text_field("name", STORED);
        let fields = FACETS.map(|facet| schema.add_text_field(facet, STRING | FAST));
        let path = folder.join("tantivy");
        std::fs::create_dir_all(&path)?;
        let index = Index::create_in_dir(&path, schema.build())?;
        let mut writer = index.writer_with_num_threads(1, 256 << 20)?;
        for row in rows {
            let mut document = TantivyDocument::default();
            document.add_text(words, text(row));
            document.add_text(name, &row.name);
            let age = row.age_years.to_string();
            let source = source_id(row.source);
            let values = [
                row.structure,
                row.side.map_or("", Side::word),
                row.sex.map_or("", Sex::word),
                &age,
                &source,
                row.pathology,
            ];
            for (field, value) in fields.iter().zip(values) {
                document.add_text(*field, value);
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        let segments = index.searchable_segment_ids()?;
        writer.merge(&segments).wait()?;
        writer.wait_merging_threads()?;
        let asked: serde_json::Map<_, _> = FACETS
            .iter()
            .map(|facet| ((*facet).to_owned(), json!({ "terms": { "field": facet, "size": 1000 } })))
            .collect();
        let facets = serde_json::from_value(asked.into())?;
        Ok(Self { reader: index.reader()?, text: words, facets })
    }
}

impl Engine for Tantivy {
    fn name(&self) -> &'static str {
        "tantivy"
    }

    fn ask(&mut self, question: &Question) -> Result<Said, Box<dyn Error>> {
        let searcher = self.reader.searcher();
        let term = |word: &String| -> Box<dyn Query> {
            Box::new(TermQuery::new(Term::from_field_text(self.text, word), IndexRecordOption::Basic))
        };
        let query = BooleanQuery::intersection(question.terms.iter().map(term).collect());
        let counted = AggregationCollector::from_aggs(self.facets.clone(), Default::default());
        let first = TopDocs::with_limit(48).order_by_score();
        let (total, hits, counts) = searcher.search(&query, &(Count, first, counted))?;
        for (_, address) in hits {
            let _: TantivyDocument = searcher.doc(address)?;
        }
        assert_eq!(counts.0.len(), FACETS.len());
        Ok(Said { total: total as u64 })
    }
}
