//! DICOM's words for its tags, of those attributes that may say who a person is.

/// Group, element and keyword: attributes of the Basic Application Level Confidentiality Profile
/// (DICOM PS3.15, table E.1-1) that hold words, dates or numbers, in the order of their tags.
const KEYWORDS: &[(u16, u16, &str)] = &[
    (0x0002, 0x0003, "MediaStorageSOPInstanceUID"),
    (0x0002, 0x0012, "ImplementationClassUID"),
    (0x0002, 0x0016, "SourceApplicationEntityTitle"),
    (0x0008, 0x0012, "InstanceCreationDate"),
    (0x0008, 0x0013, "InstanceCreationTime"),
    (0x0008, 0x0014, "InstanceCreatorUID"),
    (0x0008, 0x0018, "SOPInstanceUID"),
    (0x0008, 0x0020, "StudyDate"),
    (0x0008, 0x0021, "SeriesDate"),
    (0x0008, 0x0022, "AcquisitionDate"),
    (0x0008, 0x0023, "ContentDate"),
    (0x0008, 0x0024, "OverlayDate"),
    (0x0008, 0x0025, "CurveDate"),
    (0x0008, 0x002a, "AcquisitionDateTime"),
    (0x0008, 0x0030, "StudyTime"),
    (0x0008, 0x0031, "SeriesTime"),
    (0x0008, 0x0032, "AcquisitionTime"),
    (0x0008, 0x0033, "ContentTime"),
    (0x0008, 0x0050, "AccessionNumber"),
    (0x0008, 0x0080, "InstitutionName"),
    (0x0008, 0x0081, "InstitutionAddress"),
    (0x0008, 0x0082, "InstitutionCodeSequence"),
    (0x0008, 0x0090, "ReferringPhysicianName"),
    (0x0008, 0x0092, "ReferringPhysicianAddress"),
    (0x0008, 0x0094, "ReferringPhysicianTelephoneNumbers"),
    (0x0008, 0x009c, "ConsultingPhysicianName"),
    (0x0008, 0x0201, "TimezoneOffsetFromUTC"),
    (0x0008, 0x1010, "StationName"),
    (0x0008, 0x1030, "StudyDescription"),
    (0x0008, 0x103e, "SeriesDescription"),
    (0x0008, 0x1040, "InstitutionalDepartmentName"),
    (0x0008, 0x1048, "PhysiciansOfRecord"),
    (0x0008, 0x1050, "PerformingPhysicianName"),
    (0x0008, 0x1060, "NameOfPhysiciansReadingStudy"),
    (0x0008, 0x1070, "OperatorsName"),
    (0x0008, 0x1080, "AdmittingDiagnosesDescription"),
    (0x0008, 0x1155, "ReferencedSOPInstanceUID"),
    (0x0008, 0x2111, "DerivationDescription"),
    (0x0008, 0x4000, "IdentifyingComments"),
    (0x0010, 0x0010, "PatientName"),
    (0x0010, 0x0020, "PatientID"),
    (0x0010, 0x0021, "IssuerOfPatientID"),
    (0x0010, 0x0030, "PatientBirthDate"),
    (0x0010, 0x0032, "PatientBirthTime"),
    (0x0010, 0x0033, "PatientBirthDateInAlternativeCalendar"),
    (0x0010, 0x0034, "PatientDeathDateInAlternativeCalendar"),
    (0x0010, 0x0050, "PatientInsurancePlanCodeSequence"),
    (0x0010, 0x1000, "OtherPatientIDs"),
    (0x0010, 0x1001, "OtherPatientNames"),
    (0x0010, 0x1005, "PatientBirthName"),
    (0x0010, 0x1010, "PatientAge"),
    (0x0010, 0x1040, "PatientAddress"),
    (0x0010, 0x1050, "InsurancePlanIdentification"),
    (0x0010, 0x1060, "PatientMotherBirthName"),
    (0x0010, 0x1080, "MilitaryRank"),
    (0x0010, 0x1081, "BranchOfService"),
    (0x0010, 0x1090, "MedicalRecordLocator"),
    (0x0010, 0x2000, "MedicalAlerts"),
    (0x0010, 0x2110, "Allergies"),
    (0x0010, 0x2150, "CountryOfResidence"),
    (0x0010, 0x2152, "RegionOfResidence"),
    (0x0010, 0x2154, "PatientTelephoneNumbers"),
    (0x0010, 0x2155, "PatientTelecomInformation"),
    (0x0010, 0x2160, "EthnicGroup"),
    (0x0010, 0x2180, "Occupation"),
    (0x0010, 0x21b0, "AdditionalPatientHistory"),
    (0x0010, 0x21d0, "LastMenstrualDate"),
    (0x0010, 0x21f0, "PatientReligiousPreference"),
    (0x0010, 0x2297, "ResponsiblePerson"),
    (0x0010, 0x2299, "ResponsibleOrganization"),
    (0x0010, 0x4000, "PatientComments"),
    (0x0012, 0x0031, "ClinicalTrialSiteName"),
    (0x0012, 0x0040, "ClinicalTrialSubjectID"),
    (0x0018, 0x1000, "DeviceSerialNumber"),
    (0x0018, 0x1002, "DeviceUID"),
    (0x0018, 0x1004, "PlateID"),
    (0x0018, 0x1005, "GeneratorID"),
    (0x0018, 0x1007, "CassetteID"),
    (0x0018, 0x1008, "GantryID"),
    (0x0018, 0x1030, "ProtocolName"),
    (0x0018, 0x1200, "DateOfLastCalibration"),
    (0x0018, 0x4000, "AcquisitionComments"),
    (0x0018, 0x700a, "DetectorID"),
    (0x0020, 0x000d, "StudyInstanceUID"),
    (0x0020, 0x000e, "SeriesInstanceUID"),
    (0x0020, 0x0010, "StudyID"),
    (0x0020, 0x0052, "FrameOfReferenceUID"),
    (0x0020, 0x0200, "SynchronizationFrameOfReferenceUID"),
    (0x0020, 0x4000, "ImageComments"),
    (0x0020, 0x9158, "FrameComments"),
    (0x0020, 0x9161, "ConcatenationUID"),
    (0x0020, 0x9164, "DimensionOrganizationUID"),
    (0x0028, 0x0301, "BurnedInAnnotation"),
    (0x0032, 0x0012, "StudyIDIssuer"),
    (0x0032, 0x1000, "ScheduledStudyStartDate"),
    (0x0032, 0x1020, "ScheduledStudyLocation"),
    (0x0032, 0x1032, "RequestingPhysician"),
    (0x0032, 0x1033, "RequestingService"),
    (0x0032, 0x4000, "StudyComments"),
    (0x0038, 0x0010, "AdmissionID"),
    (0x0038, 0x0020, "AdmittingDate"),
    (0x0038, 0x0021, "AdmittingTime"),
    (0x0038, 0x0040, "DischargeDiagnosisDescription"),
    (0x0038, 0x0060, "ServiceEpisodeID"),
    (0x0038, 0x0300, "CurrentPatientLocation"),
    (0x0038, 0x0400, "PatientInstitutionResidence"),
    (0x0038, 0x0500, "PatientState"),
    (0x0038, 0x4000, "VisitComments"),
    (0x0040, 0x0006, "ScheduledPerformingPhysicianName"),
    (0x0040, 0x0241, "PerformedStationAETitle"),
    (0x0040, 0x0242, "PerformedStationName"),
    (0x0040, 0x0243, "PerformedLocation"),
    (0x0040, 0x0244, "PerformedProcedureStepStartDate"),
    (0x0040, 0x0245, "PerformedProcedureStepStartTime"),
    (0x0040, 0x0250, "PerformedProcedureStepEndDate"),
    (0x0040, 0x0253, "PerformedProcedureStepID"),
    (0x0040, 0x0254, "PerformedProcedureStepDescription"),
    (0x0040, 0x1001, "RequestedProcedureID"),
    (0x0040, 0x1010, "NamesOfIntendedRecipientsOfResults"),
    (0x0040, 0x1101, "PersonIdentificationCodeSequence"),
    (0x0040, 0x1102, "PersonAddress"),
    (0x0040, 0x1103, "PersonTelephoneNumbers"),
    (0x0040, 0x2008, "OrderEnteredBy"),
    (0x0040, 0x2010, "OrderCallbackPhoneNumber"),
    (0x0040, 0x2016, "PlacerOrderNumberImagingServiceRequest"),
    (0x0040, 0x2017, "FillerOrderNumberImagingServiceRequest"),
    (0x0040, 0x4034, "ScheduledHumanPerformersSequence"),
    (0x0040, 0x4037, "HumanPerformerName"),
    (0x0040, 0xa027, "VerifyingOrganization"),
    (0x0040, 0xa075, "VerifyingObserverName"),
    (0x0040, 0xa123, "PersonName"),
    (0x0040, 0xa124, "UID"),
    (0x0070, 0x0084, "ContentCreatorName"),
    (0x3006, 0x0024, "ReferencedFrameOfReferenceUID"),
    (0x3006, 0x0008, "StructureSetDate"),
    (0x4008, 0x0102, "InterpretationRecorder"),
    (0x4008, 0x010b, "InterpretationText"),
    (0x4008, 0x0114, "PhysicianApprovingInterpretation"),
    (0x4008, 0x0119, "DistributionName"),
    (0x4008, 0x0200, "InterpretationID"),
];

/// DICOM's word for a tag, if it is one that matters.
pub(super) fn of(group: u16, element: u16) -> Option<&'static str> {
    let is_it = |&&(g, e, _): &&(u16, u16, &str)| (g, e) == (group, element);
    KEYWORDS.iter().find(is_it).map(|&(_, _, keyword)| keyword)
}

/// A key as the file has it; DICOM's word where it is the number of a tag, as in
/// `DICOM_0010_0010`, `0010|0010` or `00100010`.
pub(super) fn plain(key: &str) -> String {
    tag(key).and_then(|[group, element]| of(group, element)).unwrap_or(key).to_owned()
}

fn tag(key: &str) -> Option<[u16; 2]> {
    const LONGEST: usize = 24;
    if key.len() < 8 || key.len() > LONGEST {
        return None;
    }
    let key = key.to_ascii_lowercase();
    let digits = key.strip_prefix("dicom").unwrap_or(&key);
    let digits: String = digits.chars().filter(|c| c.is_alphanumeric()).collect();
    if digits.len() != 8 || !digits.is_ascii() {
        return None;
    }
    let part = |digits: &str| u16::from_str_radix(digits, 16).ok();
    Some([part(&digits[..4])?, part(&digits[4..])?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_tags_become_words() {
        for key in ["DICOM_0010_0010", "0010|0010", "00100010", "(0010,0010)", "dicom:0010,0010"] {
            assert_eq!(plain(key), "PatientName", "{key}");
        }
        for key in ["comment", "0010", "patientid", "ébébébéb", "deadbeef"] {
            assert_eq!(plain(key), key);
        }
    }
}
