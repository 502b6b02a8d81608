//! Tables, JSON, text, and what is none of these.

use super::Made;
use crate::privacy::people::Person;
use crate::privacy::plants::Planter;

pub(super) fn table_with_columns(planter: &mut Planter, stem: &str) -> Made {
    let mut text =
        "participant_id,last_name,patient_id,birth_date,phone,notes,site_date\n".to_owned();
    for row in 2..5 {
        let place = format!("table row {row}");
        let person = Person::rare(&mut planter.random);
        let id = planter.random.digits(6);
        let phone = planter.random.digits(7);
        let [name, id, birth, phone] = [person.family.clone(), id, person.dicom_date(), phone]
            .map(|value| planter.value(&place, value));
        let notes = planter.high(&place, 100);
        text += &format!("sub-0{row},{name},{id},{birth},{phone},\"{notes}\",2021\n");
    }
    (format!("{stem}.csv"), text.into_bytes())
}

pub(super) fn sidecar(planter: &mut Planter, stem: &str) -> Made {
    let person = Person::rare(&mut planter.random);
    let place = "JSON value";
    let name = planter.value(place, format!("{}^{}", person.family, person.given));
    let id = planter.random.digits(6);
    let id = planter.value(place, id);
    let birth = planter.value(place, person.dicom_date());
    let time = planter.value(place, "2021-03-04".to_owned());
    let comment = planter.high(place, 200);
    let serial = planter.random.digits(5);
    let serial = planter.medium_value(place, serial);
    let institution = planter.medium_value(place, format!("{} Clinic", person.family));
    let json = format!(
        "{{\"PatientName\": \"{name}\", \"PatientID\": {id}, \"PatientBirthDate\": \"{birth}\",\n\
         \"AcquisitionDateTime\": \"{time}T10:11:12\", \"ImageComments\": \"{comment}\",\n\
         \"DeviceSerialNumber\": \"{serial}\", \"InstitutionName\": \"{institution}\"}}"
    );
    (format!("{stem}.json"), json.into_bytes())
}

pub(super) fn free_text(planter: &mut Planter, stem: &str) -> Made {
    let mut text = "# Notes\n\n".to_owned();
    for line in 3..13 {
        text += &planter.high(&format!("line {line}"), 200);
        text.push('\n');
    }
    for line in 13..17 {
        text += &planter.medium(&format!("line {line}"));
        text.push('\n');
    }
    (format!("{stem}.md"), text.into_bytes())
}

pub(super) fn unknown_binary(planter: &mut Planter, stem: &str) -> Made {
    let mut bytes: Vec<u8> =
        (0..150_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x9f).collect();
    let person = Person::rare(&mut planter.random);
    let first = planter.value("first 64 KiB", format!("{}^{}", person.family, person.given));
    bytes.splice(100..100, [b"\0", first.as_bytes(), b"\0"].concat());
    let id = planter.random.digits(7);
    let last = planter.value("last 64 KiB", id);
    bytes.extend([b"\0MRN: ", last.as_bytes(), b"\0"].concat());
    (format!("{stem}.mgh"), bytes)
}
