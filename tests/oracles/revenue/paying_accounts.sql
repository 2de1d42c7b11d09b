select count(*) from ends where closing > 0
