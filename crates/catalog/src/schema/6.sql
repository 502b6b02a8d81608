-- Ages above 90 are kept as 90, which stands for 90 and more.
UPDATE subject SET age_years = 90 WHERE age_years > 90;
