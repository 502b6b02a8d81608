//! DICOM with and without the types of its elements.

use super::Made;
use crate::privacy::people::Person;
use crate::privacy::plants::Planter;

pub(super) fn dicom_explicit(planter: &mut Planter, stem: &str) -> Made {
    let [patient, doctor, operator] = [(); 3].map(|()| Person::rare(&mut planter.random));
    let pn = |person: &Person| format!("{}^{}", person.family, person.given);
    let mut file = Vec::new();
    let mut add = |planter: &mut Planter, tag: [u16; 2], vr: &[u8; 2], value: String| {
        let place = format!("DICOM ({:04x},{:04x})", tag[0], tag[1]);
        let value = planter.value(&place, value);
        file.push(explicit(tag[0], tag[1], vr, value.as_bytes()));
    };
    add(planter, [8, 0x20], b"DA", patient.dicom_date());
    let accession = planter.random.digits(8);
    add(planter, [8, 0x50], b"SH", accession);
    add(planter, [8, 0x90], b"PN", pn(&doctor));
    add(planter, [8, 0x1070], b"PN", pn(&operator));
    add(planter, [0x10, 0x10], b"PN", pn(&patient));
    let id = planter.random.digits(7);
    add(planter, [0x10, 0x20], b"LO", id);
    add(planter, [0x10, 0x30], b"DA", operator.dicom_date());
    add(planter, [0x10, 0x1040], b"LO", format!("{}weg 3, Essen", doctor.family));
    let phone = planter.random.digits(8);
    add(planter, [0x10, 0x2154], b"SH", phone);
    file.push(explicit(0x10, 0x4000, b"LT", planter.high("DICOM (0010,4000)", 200).as_bytes()));
    let serial = planter.random.digits(6);
    let serial = planter.medium_value("DICOM (0018,1000)", serial);
    file.push(explicit(0x18, 0x1000, b"LO", serial.as_bytes()));
    let uid = format!("1.2.276.0.{}", planter.random.digits(9));
    let uid = planter.medium_value("DICOM (0020,000d)", uid);
    file.push(explicit(0x20, 0x0d, b"UI", uid.as_bytes()));
    let item =
        explicit(0x40, 0xa123, b"PN", planter.value("DICOM (0040,a123)", pn(&operator)).as_bytes());
    let mut sequence = b"\xfe\xff\x00\xe0\xff\xff\xff\xff".to_vec();
    sequence.extend(item);
    sequence.extend(b"\xfe\xff\x0d\xe0\0\0\0\0");
    file.push(explicit(0x40, 0xa073, b"SQ", &sequence));
    file.push(explicit(
        0x29,
        0x1010,
        b"UN",
        planter.high("DICOM private (0029,1010)", 200).as_bytes(),
    ));
    file.push(explicit(
        0x31,
        0x1011,
        b"LO",
        planter.high("DICOM private (0031,1011)", 60).as_bytes(),
    ));
    (format!("{stem}.dcm"), part_10(b"1.2.840.10008.1.2.1", &file))
}

pub(super) fn dicom_implicit(planter: &mut Planter, stem: &str) -> Made {
    let [patient, doctor] = [(); 2].map(|()| Person::rare(&mut planter.random));
    let place = "DICOM (0010,0010)";
    let name = planter.value(place, format!("{} {}", patient.given, patient.family));
    let other = planter.value("DICOM (0010,1001)", format!("{}^{}", doctor.family, doctor.given));
    let institution =
        planter.medium_value("DICOM (0008,0080)", format!("{} Hospital", doctor.family));
    let private = planter.high("DICOM private (0019,1008)", 200);
    let elements = [
        implicit(8, 0x80, institution.as_bytes()),
        implicit(0x10, 0x10, name.as_bytes()),
        implicit(0x10, 0x1001, other.as_bytes()),
        implicit(0x19, 0x1008, private.as_bytes()),
    ];
    (format!("{stem}.dcm"), part_10(b"1.2.840.10008.1.2", &elements))
}

fn part_10(syntax: &[u8], elements: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(explicit(2, 0x10, b"UI", syntax));
    file.extend(elements.concat());
    file
}

pub(super) fn explicit(group: u16, element: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes(), *vr].concat();
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    if matches!(vr, b"UN" | b"SQ" | b"UT" | b"OB") {
        bytes.extend([0; 2]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

fn implicit(group: u16, element: u16, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    let length = (value.len() as u32).to_le_bytes();
    [&group.to_le_bytes()[..], &element.to_le_bytes(), &length, &value].concat()
}
