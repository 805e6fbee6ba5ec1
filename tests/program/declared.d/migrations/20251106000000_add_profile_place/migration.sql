ALTER TABLE profiles ADD COLUMN city text, ADD COLUMN country varchar(2);
