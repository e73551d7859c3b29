/** Ways to print a report. Apart from the code that prints, so that the command line is read without loading it. */
export const reportFormats = ["table", "json", "ndjson", "nagios"] as const;
export type ReportFormat = (typeof reportFormats)[number];
